-- Who at the tenant of that code signs in by that name, or has that e-mail address, and can be reached: held against a change of
-- the password at the same time.
-- role: auth
-- params: $1 code text, $2 login_key text, $3 email_key text
-- row: id uuid, tenant_id uuid
SELECT p.id, p.tenant_id
  FROM tenant t
  JOIN principal p ON p.tenant_id = t.id AND p.kind = 'user' AND (p.login_key = $2 OR p.email_key = $3)
 WHERE t.code = $1 AND p.state = 'active' AND p.email IS NOT NULL
 ORDER BY p.id
 LIMIT 5
   FOR NO KEY UPDATE OF p
