-- A password takes the place of the one before, which joins the newest that are kept; the user is active and every session is
-- over.
-- role: auth
-- params: $1 principal uuid, $2 hash text, $3 kept bigint
-- row: epoch integer
WITH past AS (
  SELECT h.id FROM vault.password_history h WHERE h.principal_id = $1 ORDER BY h.created_at DESC OFFSET greatest($3::bigint - 1, 0)
), forgotten AS (
  DELETE FROM vault.password_history h USING past WHERE h.id = past.id
), remembered AS (
  INSERT INTO vault.password_history (principal_id, tenant_id, tenant_path, tenant_boundary, password_hash)
  SELECT c.principal_id, c.tenant_id, c.tenant_path, c.tenant_boundary, c.password_hash FROM vault.credential c
   WHERE c.principal_id = $1 AND $3 > 0
), kept AS (
  INSERT INTO vault.credential AS c (principal_id, tenant_id, tenant_path, tenant_boundary, password_hash)
  SELECT p.id, p.tenant_id, p.tenant_path, p.tenant_boundary, $2 FROM principal p
   WHERE p.id = $1 AND p.kind = 'user' AND p.state IN ('invited', 'active')
  ON CONFLICT (principal_id, tenant_path) DO UPDATE
    SET password_hash = EXCLUDED.password_hash, changed_at = now(), chosen = true
  RETURNING c.principal_id
)
UPDATE principal p SET state = 'active', epoch = p.epoch + 1 FROM kept WHERE p.id = kept.principal_id RETURNING p.epoch
