-- A spent refresh token was shown again: whoever shows it, its session is over.
-- role: auth
-- params: $1 digest bytea
-- row: id uuid, principal_id uuid, tenant_id uuid
UPDATE session s SET ended_at = now()
  FROM vault.refresh r
 WHERE r.digest = $1 AND r.used_at IS NOT NULL AND s.id = r.session_id AND s.ended_at IS NULL
RETURNING s.id, s.principal_id, s.tenant_id
