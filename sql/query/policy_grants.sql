-- A page of grants, by id: a load of the whole.
-- role: policy
-- params: $1 behind uuid, $2 most bigint
-- row: id uuid, known boolean, principal uuid, role uuid, tenant uuid, reach text, not_before timestamptz,
--      expires_at timestamptz
SELECT x.id, true AS known, x.principal_id AS principal, x.role_id AS role, x.tenant_id AS tenant, x.reach,
       x.not_before, x.expires_at
  FROM "grant" x
 WHERE x.id > $1 ORDER BY x.id LIMIT $2
