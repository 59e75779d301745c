-- A page of the groups of a tenant, or of it and all below it, in the order of the tree.
-- role: app
-- plan: custom
-- params: $1 low text, $2 high text, $3 after_path text, $4 after_id uuid, $5 state text, $6 external_id text, $7
--         limit bigint
-- row: id uuid, path text, body json, version bigint
SELECT p.id, p.tenant_path AS path, group_view(p) AS body, p.version
  FROM principal p
 WHERE p.kind = 'group' AND p.tenant_path >= $1 AND p.tenant_path < $2 AND (p.tenant_path, p.id) > ($3, $4)
   AND ($5::text IS NULL OR p.state = $5) AND ($6::text IS NULL OR p.external_id = $6)
 ORDER BY p.tenant_path, p.id
 LIMIT $7
