-- Puts a one-time token in, by its digest; the newest one alone is good.
-- role: app
-- params: $1 id uuid, $2 principal uuid, $3 digest bytea, $4 expires_at timestamptz
-- row: none
INSERT INTO vault.invitation (id, principal_id, tenant_id, tenant_path, tenant_boundary, digest, expires_at)
SELECT $1, p.id, p.tenant_id, p.tenant_path, p.tenant_boundary, $3, $4
  FROM principal p
 WHERE p.id = $2 AND p.kind = 'user'
