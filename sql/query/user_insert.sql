-- Puts a user into a tenant, invited.
-- role: app
-- params: $1 id uuid, $2 tenant uuid, $3 login text, $4 login_key text, $5 display_name text, $6 name_key text, $7
--         email text, $8 email_key text, $9 external_id text, $10 dialling_addresses text[]
-- row: id uuid, path text, body json, version bigint
INSERT INTO principal AS p (id, tenant_id, tenant_path, tenant_boundary, kind, state, login, login_key, display_name,
                            name_key, email, email_key, external_id, dialling_addresses)
SELECT $1, t.id, t.path, t.boundary, 'user', 'invited', $3, $4, $5, $6, $7, $8, $9, $10
  FROM tenant t
 WHERE t.id = $2
RETURNING p.id, p.tenant_path AS path, user_view(p) AS body, p.version
