-- A page of the sessions whose last access token may still be alive (15 minutes, and 5 for clocks that differ), by id:
-- a load of the whole.
-- role: policy
-- params: $1 behind uuid, $2 most bigint
-- row: id uuid, forget_at timestamptz
SELECT x.id, x.ended_at + interval '20 minutes' AS forget_at
  FROM session x
 WHERE x.ended_at > now() - interval '20 minutes' AND x.id > $1 ORDER BY x.id LIMIT $2
