-- A user as they are, held against change.
-- role: app
-- params: $1 id uuid
-- row: id uuid, path text, body json, version bigint, tenant_id uuid, state text, login text, email text
SELECT p.id, p.tenant_path AS path, user_view(p) AS body, p.version, p.tenant_id, p.state, p.login, p.email
  FROM principal p
 WHERE p.id = $1 AND p.kind = 'user'
   FOR NO KEY UPDATE
