-- The grants below a path that end when it goes below another: those of people and roles that stay behind.
-- role: app
-- plan: custom
-- params: $1 low text, $2 high text, $3 parent_path text
-- row: id uuid, tenant_id uuid
SELECT g.id, g.tenant_id
  FROM "grant" g
 WHERE g.tenant_path >= $1 AND g.tenant_path < $2 AND grant_stays(g, $1, path_line($3))
 ORDER BY g.tenant_path, g.id
