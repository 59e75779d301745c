-- The sessions that events behind a revision say are over; one that is deleted is over too. forget_at is that of
-- policy_sessions.
-- role: policy
-- params: $1 revision bigint
-- row: id uuid, forget_at timestamptz
SELECT e.object AS id, CASE WHEN x.id IS NULL THEN now() ELSE x.ended_at END + interval '20 minutes' AS forget_at
  FROM (SELECT DISTINCT object FROM policy_event WHERE kind = 'session' AND revision > $1) e
  LEFT JOIN session x ON x.id = e.object
