-- Changes what a tenant says: a name that is null stays as it is.
-- role: app
-- params: $1 id uuid, $2 name text, $3 name_key text, $4 external_id_given boolean, $5 external_id text
-- row: id uuid, path text, body json, version bigint
UPDATE tenant t
   SET name = coalesce($2, t.name), name_key = coalesce($3, t.name_key),
       external_id = CASE WHEN $4 THEN $5 ELSE t.external_id END
 WHERE t.id = $1
RETURNING t.id, t.path, tenant_view(t, current_setting('bailiwick.low')) AS body, t.version
