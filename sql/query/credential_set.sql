-- A password takes the place of the one before, which joins the newest that are kept; the user is active and every session is
-- over. None is set once what was known of the user is of the past: no row.
-- role: auth
-- params: $1 principal uuid, $2 hash text, $3 kept bigint, $4 epoch bigint
-- row: epoch integer
WITH owner AS MATERIALIZED (
  SELECT p.id, p.tenant_id, p.tenant_path, p.tenant_boundary FROM principal p
   WHERE p.id = $1 AND p.kind = 'user' AND p.state IN ('invited', 'active') AND p.epoch = $4::bigint
     FOR NO KEY UPDATE OF p
), past AS (
  SELECT h.id FROM vault.password_history h JOIN owner ON owner.id = h.principal_id
   ORDER BY h.created_at DESC OFFSET greatest($3::bigint - 1, 0)
), forgotten AS (
  DELETE FROM vault.password_history h USING past WHERE h.id = past.id
), remembered AS (
  INSERT INTO vault.password_history (principal_id, tenant_id, tenant_path, tenant_boundary, password_hash)
  SELECT c.principal_id, c.tenant_id, c.tenant_path, c.tenant_boundary, c.password_hash
    FROM vault.credential c JOIN owner ON owner.id = c.principal_id
   WHERE $3 > 0
), kept AS (
  INSERT INTO vault.credential AS c (principal_id, tenant_id, tenant_path, tenant_boundary, password_hash)
  SELECT id, tenant_id, tenant_path, tenant_boundary, $2 FROM owner
  ON CONFLICT (principal_id, tenant_path) DO UPDATE
    SET password_hash = EXCLUDED.password_hash, changed_at = now(), chosen = true
  RETURNING c.principal_id
)
UPDATE principal p SET state = 'active', epoch = p.epoch + 1 FROM kept WHERE p.id = kept.principal_id RETURNING p.epoch
