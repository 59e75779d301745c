-- A page of roles, by id: a load of the whole.
-- role: policy
-- params: $1 behind uuid, $2 most bigint
-- row: id uuid, known boolean, tenant uuid, permissions text
SELECT x.id, true AS known, x.tenant_id AS tenant, array_to_string(CASE WHEN x.includes IS NULL THEN x.permissions ELSE role_effective(x.id, x.permissions) END, ' ') AS permissions
  FROM role x
 WHERE x.id > $1 ORDER BY x.id LIMIT $2
