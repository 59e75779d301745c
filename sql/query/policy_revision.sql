-- The newest policy revision that is committed: read behind a commit, it is at least that commit's own.
-- role: any
-- scope: none
-- params: none
-- row: revision bigint
SELECT coalesce(max(revision), 0) AS revision FROM policy_event
