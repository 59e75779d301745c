-- A page of the groups of a tenant, or of it and all below it, in the order of the tree, as an import takes them: it knows one
-- that has no external_id by its name, where that member is left out. What stands at a tenant that is over is left out.
-- role: app
-- plan: custom
-- params: $1 low text, $2 high text, $3 after_path text, $4 after_id uuid, $5 importable boolean, $6 limit bigint
-- row: id uuid, path text, body json, version bigint
SELECT p.id, p.tenant_path AS path,
       CASE WHEN p.external_id IS NULL
            THEN json_build_object('kind', 'group', 'tenant_external_id', home.name, 'display_name', p.display_name,
                                   'state', p.state)
            ELSE json_build_object('kind', 'group', 'external_id', export_name(p.external_id, p.id),
                                   'tenant_external_id', home.name, 'display_name', p.display_name, 'state', p.state)
       END AS body,
       0::bigint AS version
  FROM principal p
  CROSS JOIN LATERAL (
       SELECT export_name(t, $1) AS name, t.parent_path, t.terminated_at
         FROM tenant t WHERE t.id = p.tenant_id AND t.path = p.tenant_path
        LIMIT 1) home
  CROSS JOIN LATERAL (SELECT tenant_is_over(home.parent_path) AS over,
                             NOT $5 OR export_portable(home.parent_path, $1) AS importable
                       OFFSET 0) line
 WHERE p.kind = 'group' AND p.tenant_path >= $1 AND p.tenant_path < $2 AND (p.tenant_path, p.id) > ($3, $4)
   AND home.terminated_at IS NULL AND NOT line.over
   AND (NOT $5 OR (line.importable AND NOT is_id(coalesce(home.name, '')) AND NOT is_id(coalesce(p.external_id, ''))))
 ORDER BY p.tenant_path, p.id
 LIMIT $6
