-- Whoever has a refresh token, spent or not, ends its session.
-- role: auth
-- params: $1 digest bytea
-- row: id uuid, principal uuid, tenant uuid
UPDATE session s SET ended_at = now()
  FROM vault.refresh f
 WHERE f.digest = $1 AND s.id = f.session_id AND s.tenant_path = f.tenant_path AND s.ended_at IS NULL
RETURNING s.id, s.principal_id AS principal, s.tenant_id AS tenant
