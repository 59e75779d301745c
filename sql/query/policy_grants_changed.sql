-- The grants that events behind a revision speak of, as they are now.
-- role: policy
-- params: $1 revision bigint
-- row: id uuid, known boolean, principal uuid, role uuid, tenant uuid, reach text, not_before timestamptz,
--      expires_at timestamptz
SELECT e.object AS id, x.id IS NOT NULL AS known, x.principal_id AS principal, x.role_id AS role,
       x.tenant_id AS tenant, x.reach, x.not_before, x.expires_at
  FROM (SELECT DISTINCT object FROM policy_event WHERE kind = 'grant' AND revision > $1) e
  LEFT JOIN "grant" x ON x.id = e.object
