-- One process migrates at a time; until the end of the transaction.
-- role: migrate
-- params: none
-- row: locked void
SELECT pg_advisory_xact_lock(hashtext('bailiwick migration')) AS locked
