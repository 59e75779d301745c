-- A page of the tenants below one, or right below it, in the order of the tree, as an import takes them. Those that are
-- over are nothing to load again, and nor is what stands below them.
-- role: app
-- plan: custom
-- params: $1 low text, $2 high text, $3 after_path text, $4 parent uuid, $5 importable boolean, $6 limit bigint
-- row: id uuid, path text, body json, version bigint
SELECT t.id, t.path,
       json_build_object('kind', 'tenant', 'external_id', export_name(t.external_id, t.id),
                         'tenant_external_id', (SELECT export_name(a, $1) FROM tenant a
                                                 WHERE a.id = t.parent_id AND a.path = t.parent_path),
                         'tenant_kind', t.kind, 'name', t.name) AS body,
       0::bigint AS version
  FROM tenant t
  CROSS JOIN LATERAL (SELECT tenant_is_over(t.parent_path) AS over, NOT $5 OR export_portable(t.parent_path, $1) AS importable
                       OFFSET 0) line
 WHERE t.path > $1 AND t.path < $2 AND t.path > $3 AND ($4::uuid IS NULL OR t.parent_id = $4)
   AND t.terminated_at IS NULL AND NOT line.over AND line.importable AND (NOT $5 OR NOT is_id(export_name(t.external_id, t.id)))
 ORDER BY t.path
 LIMIT $6
