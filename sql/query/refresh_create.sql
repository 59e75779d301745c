-- A refresh token of a session, by its digest.
-- role: auth
-- params: $1 digest bytea, $2 session uuid, $3 expires_at timestamptz
-- row: none
INSERT INTO vault.refresh (digest, session_id, tenant_id, tenant_path, tenant_boundary, expires_at)
SELECT $1, s.id, s.tenant_id, s.tenant_path, s.tenant_boundary, least($3, s.expires_at) FROM session s WHERE s.id = $2
