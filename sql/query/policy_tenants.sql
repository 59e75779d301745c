-- A page of tenants, by id: a load of the whole.
-- role: policy
-- params: $1 behind uuid, $2 most bigint
-- row: id uuid, known boolean, parent uuid, label text, kind text, state text, boundary boolean
SELECT x.id, true AS known, x.parent_id AS parent, x.label, x.kind, coalesce(x.suspended_reach, x.state) AS state,
       x.is_boundary AS boundary
  FROM tenant x
 WHERE x.id > $1 ORDER BY x.id LIMIT $2
