-- What a user signs in with, and what their password must not contain.
-- role: auth
-- params: $1 principal uuid
-- row: tenant_id uuid, state text, epoch integer, login text, email text, tenant_name text, tenant_code text, password_hash text, has_totp boolean, changed_at timestamptz,
--      chosen boolean
SELECT p.tenant_id, p.state, p.epoch, p.login, p.email, t.name AS tenant_name, t.code AS tenant_code, c.password_hash,
       EXISTS (SELECT FROM vault.totp o WHERE o.principal_id = p.id AND o.confirmed_at IS NOT NULL) AS has_totp,
       c.changed_at, c.chosen
  FROM principal p
  JOIN tenant t ON t.id = p.tenant_id
  LEFT JOIN vault.credential c ON c.principal_id = p.id AND c.tenant_path = p.tenant_path
 WHERE p.id = $1 AND p.kind = 'user'
