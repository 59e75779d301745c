-- A page of the tenants right below one.
-- role: app
-- plan: custom
-- params: $1 parent uuid, $2 after_path text, $3 kind text, $4 state text, $5 external_id text, $6 code text, $7
--         name text, $8 limit bigint
-- row: id uuid, path text, body json, version bigint
SELECT t.id, t.path, tenant_view(t, current_setting('bailiwick.low')) AS body, t.version
  FROM tenant t
 WHERE t.parent_id = $1 AND t.path > $2
   AND ($3::text IS NULL OR t.kind = $3) AND ($4::text IS NULL OR tenant_state(t) = $4)
   AND ($5::text IS NULL OR t.external_id = $5) AND ($6::text IS NULL OR t.code = $6)
   AND ($7::text IS NULL OR (t.name_key >= $7 AND t.name_key < $7 || U&'\+10FFFF'))
 ORDER BY t.path
 LIMIT $8
