-- Changes what a user says: a login, a name or addresses that are null stay as they are.
-- role: app
-- params: $1 id uuid, $2 login text, $3 login_key text, $4 display_name text, $5 name_key text, $6 email_given
--         boolean, $7 email text, $8 email_key text, $9 external_id_given boolean, $10 external_id text, $11
--         dialling_addresses text[]
-- row: id uuid, path text, body json, version bigint
UPDATE principal p
   SET login = coalesce($2, p.login), login_key = coalesce($3, p.login_key),
       display_name = coalesce($4, p.display_name), name_key = coalesce($5, p.name_key),
       email = CASE WHEN $6 THEN $7 ELSE p.email END, email_key = CASE WHEN $6 THEN $8 ELSE p.email_key END,
       external_id = CASE WHEN $9 THEN $10 ELSE p.external_id END,
       dialling_addresses = coalesce($11, p.dialling_addresses)
 WHERE p.id = $1 AND p.kind = 'user'
RETURNING p.id, p.tenant_path AS path, user_view(p) AS body, p.version
