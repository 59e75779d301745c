-- A page of what some principals hold at a tenant, or at it and all below it, in the order of the tree.
-- role: app
-- plan: custom
-- params: $1 low text, $2 high text, $3 after_path text, $4 after_id uuid, $5 principals uuid[], $6 limit bigint
-- row: id uuid, path text, body json, version bigint
SELECT g.id, g.tenant_path AS path,
       grant_view(g, (SELECT r.name FROM role r WHERE r.id = g.role_id AND r.tenant_path = g.role_path),
                  current_setting('bailiwick.low')) AS body,
       0::bigint AS version
  FROM "grant" g
 WHERE g.principal_id = ANY ($5) AND g.tenant_path >= $1 AND g.tenant_path < $2 AND (g.tenant_path, g.id) > ($3, $4)
 ORDER BY g.tenant_path, g.id
 LIMIT $6
