-- A session began with a proof that is still there, which therefore was used just now: noted once a minute, and never waited for.
-- role: auth
-- params: $1 session uuid, $2 proof uuid, $3 client uuid
-- row: id uuid
WITH held AS (
  SELECT c.id, c.tenant_path FROM client_proof c WHERE c.id = $2 AND c.principal_id = $3 FOR KEY SHARE
), due AS (
  SELECT c.id, c.tenant_path FROM client_proof c JOIN held USING (id, tenant_path)
   WHERE c.last_used_at IS NULL OR c.last_used_at < now() - interval '1 minute'
     FOR NO KEY UPDATE OF c SKIP LOCKED
), used AS (
  UPDATE client_proof c SET last_used_at = now() FROM due WHERE c.id = due.id AND c.tenant_path = due.tenant_path
)
UPDATE session s SET proof_id = held.id FROM held WHERE s.id = $1 AND s.tenant_path = held.tenant_path RETURNING s.id
