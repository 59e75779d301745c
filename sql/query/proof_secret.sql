-- Puts the digest of a secret in, beside what is known of it.
-- role: app
-- params: $1 id uuid, $2 client uuid, $3 digest bytea
-- row: none
INSERT INTO vault.client_secret (id, principal_id, tenant_id, tenant_path, tenant_boundary, digest)
SELECT $1, p.id, p.tenant_id, p.tenant_path, p.tenant_boundary, $3
  FROM principal p
 WHERE p.id = $2 AND p.kind = 'client'
