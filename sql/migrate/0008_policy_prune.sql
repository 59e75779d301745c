-- Events go from the beginning only. A transaction's events carry the time it began at, so one that took long may stand
-- behind younger ones; a follower takes the event of its own revision, or one before it, as proof that none behind it is gone.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

CREATE OR REPLACE FUNCTION policy_event_prune(keep interval) RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path = bailiwick, pg_temp
BEGIN ATOMIC
  WITH gone AS (DELETE FROM policy_event
                 WHERE revision < (SELECT coalesce(min(revision) FILTER (WHERE created_at >= now() - keep), max(revision))
                                     FROM policy_event) RETURNING 1)
  SELECT count(*) FROM gone;
END;
