-- Spends a refresh token, once; gives the session it belongs to while that lives.
-- role: auth
-- params: $1 digest bytea, $2 now timestamptz
-- row: id uuid, principal_id uuid, epoch integer, strength smallint, audience text, expires_at timestamptz,
--      authenticated_at timestamptz, factor_at timestamptz, tenant_id uuid, refreshed_at timestamptz
WITH used AS (
  UPDATE vault.refresh SET used_at = clock_timestamp() WHERE digest = $1 AND used_at IS NULL AND expires_at > $2 RETURNING session_id
)
SELECT s.id, s.principal_id, s.epoch, s.strength, s.audience, s.expires_at, s.authenticated_at, s.factor_at, s.tenant_id,
       s.refreshed_at
  FROM used JOIN session s ON s.id = used.session_id
 WHERE s.ended_at IS NULL AND s.expires_at > $2
