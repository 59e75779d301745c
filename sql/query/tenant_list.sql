-- A page of a tenant and all below it, in the order of the tree.
-- role: app
-- plan: custom
-- params: $1 low text, $2 high text, $3 after_path text, $4 kind text, $5 state text, $6 external_id text, $7 code
--         text, $8 name text, $9 limit bigint
-- row: id uuid, path text, body json, version bigint
SELECT t.id, t.path, tenant_view(t, current_setting('bailiwick.low')) AS body, t.version
  FROM tenant t
 WHERE t.path >= $1 AND t.path < $2 AND t.path > $3
   AND ($4::text IS NULL OR t.kind = $4) AND ($5::text IS NULL OR tenant_state(t) = $5)
   AND ($6::text IS NULL OR t.external_id = $6) AND ($7::text IS NULL OR t.code = $7)
   AND ($8::text IS NULL OR (t.name_key >= $8 AND t.name_key < $8 || U&'\+10FFFF'))
 ORDER BY t.path
 LIMIT $9
