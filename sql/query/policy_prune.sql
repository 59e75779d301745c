-- Removes policy events that every follower has long read.
-- role: auth
-- params: $1 keep interval
-- row: removed bigint
SELECT policy_event_prune($1) AS removed
