-- Changes what a group says and whether it is in use: what is null stays as it is.
-- role: app
-- params: $1 id uuid, $2 display_name text, $3 name_key text, $4 external_id_given boolean, $5 external_id text, $6
--         state text
-- row: id uuid, path text, body json, version bigint
UPDATE principal p
   SET display_name = coalesce($2, p.display_name), name_key = coalesce($3, p.name_key),
       external_id = CASE WHEN $4 THEN $5 ELSE p.external_id END,
       state = coalesce($6, p.state), state_before = CASE coalesce($6, p.state) WHEN 'suspended' THEN 'active' END
 WHERE p.id = $1 AND p.kind = 'group'
RETURNING p.id, p.tenant_path AS path, group_view(p) AS body, p.version
