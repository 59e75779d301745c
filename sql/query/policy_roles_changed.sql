-- The roles that events behind a revision speak of, as they are now.
-- role: policy
-- params: $1 revision bigint
-- row: id uuid, known boolean, tenant uuid, permissions text
SELECT e.object AS id, x.id IS NOT NULL AS known, x.tenant_id AS tenant,
       array_to_string(x.permissions, ' ') AS permissions
  FROM (SELECT DISTINCT object FROM policy_event WHERE kind = 'role' AND revision > $1) e
  LEFT JOIN role x ON x.id = e.object
