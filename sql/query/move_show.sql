-- Grants that are to end, as they are shown.
-- role: app
-- plan: custom
-- params: $1 ids uuid[]
-- row: body json
SELECT coalesce(json_agg(grant_view(g, (SELECT r.name FROM role r WHERE r.id = g.role_id AND r.tenant_path = g.role_path),
                                    current_setting('bailiwick.low')) ORDER BY g.tenant_path, g.id), '[]') AS body
  FROM "grant" g
 WHERE g.id = ANY ($1::uuid[])
