-- What a group gives whoever is in it: its grants and those of the groups above it that are not over.
-- role: app
-- params: $1 group uuid, $2 now timestamptz
-- row: tenant_id uuid, path text, boundary text, kind text, role_id uuid, reach text
SELECT g.tenant_id, t.path, t.boundary, t.kind, g.role_id, g.reach
  FROM (SELECT $1::uuid AS id UNION SELECT principal_groups($1)) holder
  JOIN "grant" g ON g.principal_id = holder.id
  JOIN tenant t ON t.id = g.tenant_id AND t.path = g.tenant_path
 WHERE g.expires_at IS NULL OR g.expires_at > $2
