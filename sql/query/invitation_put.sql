-- Puts a one-time token in, by its digest; the newest one of a person alone is good, whatever it is for.
-- role: app
-- params: $1 id uuid, $2 principal uuid, $3 digest bytea, $4 purpose text, $5 expires_at timestamptz, $6 issued_by uuid
-- row: none
INSERT INTO vault.invitation (id, principal_id, tenant_id, tenant_path, tenant_boundary, digest, purpose, expires_at,
                              issued_by)
SELECT $1, p.id, p.tenant_id, p.tenant_path, p.tenant_boundary, $3, $4, $5, $6
  FROM principal p
 WHERE p.id = $2 AND p.kind = 'user'
