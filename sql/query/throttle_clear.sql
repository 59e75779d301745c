-- A success: what was counted against the subject is forgotten.
-- role: auth
-- params: $1 subject bytea
-- row: none
DELETE FROM vault.throttle WHERE subject = $1
