-- The roles that events behind a revision speak of, and those that include them, as they are now.
-- role: policy
-- params: $1 revision bigint
-- row: id uuid, known boolean, tenant uuid, permissions text
WITH RECURSIVE touched (id) AS (
  SELECT object FROM policy_event WHERE kind = 'role' AND revision > $1
  UNION SELECT i.role_id FROM touched t JOIN role_include i ON i.included_id = t.id
)
SELECT e.id, x.id IS NOT NULL AS known, x.tenant_id AS tenant,
       array_to_string(CASE WHEN x.includes IS NULL THEN x.permissions ELSE role_effective(x.id, x.permissions) END, ' ') AS permissions
  FROM touched e
  LEFT JOIN role x ON x.id = e.id
