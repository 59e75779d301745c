-- Removes replies kept longer than they are promised.
-- params: $1 before timestamptz
-- row: none
DELETE FROM idempotency WHERE created_at < $1
