-- A page of principals, by id: a load of the whole.
-- role: policy
-- params: $1 behind uuid, $2 most bigint
-- row: id uuid, known boolean, home uuid, kind text, state text, epoch integer
SELECT x.id, true AS known, x.tenant_id AS home, x.kind, x.state, x.epoch
  FROM principal x
 WHERE x.id > $1 ORDER BY x.id LIMIT $2
