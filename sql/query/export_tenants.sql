-- A page of the tenants below one, or right below it, in the order of the tree, as an import takes them. What has no
-- external_id cannot be named by one: it is named by its id, which no import finds.
-- role: app
-- plan: custom
-- params: $1 low text, $2 high text, $3 after_path text, $4 parent uuid, $5 importable boolean, $6 limit bigint
-- row: id uuid, path text, body json, version bigint
SELECT t.id, t.path,
       json_build_object('kind', 'tenant', 'external_id', t.external_id,
                         'tenant_external_id', (SELECT export_name(a, $1) FROM tenant a
                                                 WHERE a.id = t.parent_id AND a.path = t.parent_path),
                         'tenant_kind', t.kind, 'name', t.name) AS body,
       0::bigint AS version
  FROM tenant t
 WHERE t.path > $1 AND t.path < $2 AND t.path > $3 AND ($4::uuid IS NULL OR t.parent_id = $4)
   AND (NOT $5 OR (t.external_id IS NOT NULL AND (
         t.parent_path = $1 OR (SELECT a.external_id IS NOT NULL FROM tenant a
                                 WHERE a.id = t.parent_id AND a.path = t.parent_path))))
 ORDER BY t.path
 LIMIT $6
