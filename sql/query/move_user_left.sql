-- The grants of a user that end when they are at home at a path: those that lie outside of it.
-- role: app
-- plan: custom
-- params: $1 user uuid, $2 new_path text
-- row: id uuid, tenant_id uuid
SELECT g.id, g.tenant_id
  FROM "grant" g
 WHERE g.principal_id = $1 AND NOT starts_with(g.tenant_path || '/', $2 || '/')
 ORDER BY g.tenant_path, g.id
