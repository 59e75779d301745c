-- Of which role a grant is, and where.
-- role: app
-- params: $1 id uuid
-- row: tenant_id uuid, role_id uuid
SELECT g.tenant_id, g.role_id
  FROM "grant" g
 WHERE g.id = $1
