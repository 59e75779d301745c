-- Removes jobs long over, and those that were opened and left.
-- role: app
-- params: $1 ended_before timestamptz, $2 opened_before timestamptz
-- row: none
DELETE FROM import_job WHERE ended_at < $1 OR (state = 'open' AND created_at < $2)
