-- A success of one account gives back its attempt to the address it came from.
-- role: auth
-- params: $1 subject bytea
-- row: none
UPDATE vault.throttle SET failures = greatest(failures - 1, 0) WHERE subject = $1
