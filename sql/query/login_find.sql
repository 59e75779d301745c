-- Who would sign in by this name at the tenant of this code, and with what; without such a user, the tenant alone.
-- role: auth
-- params: $1 code text, $2 login_key text
-- row: tenant_id uuid, id uuid, state text, epoch integer, password_hash text, has_totp boolean, has_recovery boolean, changed_at timestamptz, chosen
--      boolean
SELECT t.id AS tenant_id, p.id, p.state, p.epoch, c.password_hash,
       EXISTS (SELECT FROM vault.totp o WHERE o.principal_id = p.id AND o.confirmed_at IS NOT NULL) AS has_totp,
       EXISTS (SELECT FROM vault.recovery r WHERE r.principal_id = p.id AND r.hashes <> '{}') AS has_recovery,
       c.changed_at, c.chosen
  FROM tenant t
  LEFT JOIN principal p ON p.tenant_id = t.id AND p.kind = 'user' AND p.login_key = $2
  LEFT JOIN vault.credential c ON c.principal_id = p.id AND c.tenant_path = p.tenant_path
 WHERE t.code = $1
