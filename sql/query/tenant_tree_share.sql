-- Keeps moves out until the transaction ends; others that create may come in.
-- role: app
-- params: none
-- row: held boolean
SELECT pg_advisory_xact_lock_shared(hashtext('bailiwick tree')) IS NOT NULL AS held
