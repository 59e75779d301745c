-- Keeps creations and other moves out until the transaction ends, which may take its time.
-- role: app
-- params: $1 patience text
-- row: patience text
SELECT set_config('statement_timeout', $1, true) AS patience FROM (SELECT pg_advisory_xact_lock(hashtext('bailiwick tree'))) held
