-- What every commit that changes policy waits for.
-- role: any
-- scope: none
SELECT pg_advisory_xact_lock(hashtext('bailiwick policy order')) AS locked
