-- A grant.
-- role: app
-- params: $1 id uuid
-- row: id uuid, path text, body json, version bigint
SELECT g.id, g.tenant_path AS path,
       grant_view(g, (SELECT r.name FROM role r WHERE r.id = g.role_id AND r.tenant_path = g.role_path),
                  current_setting('bailiwick.low')) AS body,
       0::bigint AS version
  FROM "grant" g
 WHERE g.id = $1
