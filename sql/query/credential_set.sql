-- A password takes the place of the one before; the user is active and every session is over.
-- role: auth
-- params: $1 principal uuid, $2 hash text
-- row: epoch integer
WITH kept AS (
  INSERT INTO vault.credential AS c (principal_id, tenant_id, tenant_path, tenant_boundary, password_hash)
  SELECT p.id, p.tenant_id, p.tenant_path, p.tenant_boundary, $2 FROM principal p
   WHERE p.id = $1 AND p.kind = 'user' AND p.state IN ('invited', 'active')
  ON CONFLICT (principal_id, tenant_path) DO UPDATE SET password_hash = EXCLUDED.password_hash, changed_at = now()
  RETURNING c.principal_id
)
UPDATE principal p SET state = 'active', epoch = p.epoch + 1 FROM kept WHERE p.id = kept.principal_id RETURNING p.epoch
