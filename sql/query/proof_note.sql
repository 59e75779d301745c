-- A proof that is still there was used just now, for something that begins no session: noted once a minute, and never waited for.
-- role: auth
-- params: $1 proof uuid, $2 client uuid
-- row: id uuid
WITH held AS (
  SELECT c.id, c.tenant_path FROM client_proof c WHERE c.id = $1 AND c.principal_id = $2 FOR KEY SHARE
), due AS (
  SELECT c.id, c.tenant_path FROM client_proof c JOIN held USING (id, tenant_path)
   WHERE c.last_used_at IS NULL OR c.last_used_at < now() - interval '1 minute'
     FOR NO KEY UPDATE OF c SKIP LOCKED
), used AS (
  UPDATE client_proof c SET last_used_at = now() FROM due WHERE c.id = due.id AND c.tenant_path = due.tenant_path
)
SELECT held.id FROM held
