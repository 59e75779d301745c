-- A user who has no password yet gets the hash of one that they had elsewhere, and is active.
-- role: app
-- params: $1 id uuid, $2 hash text
-- row: id uuid, path text, body json, version bigint
WITH kept AS (
  INSERT INTO vault.credential (principal_id, tenant_id, tenant_path, tenant_boundary, password_hash, chosen)
  SELECT p.id, p.tenant_id, p.tenant_path, p.tenant_boundary, $2, false FROM principal p
   WHERE p.id = $1 AND p.kind = 'user' AND p.state = 'invited'
)
UPDATE principal p SET state = 'active'
 WHERE p.id = $1 AND p.kind = 'user' AND p.state = 'invited'
RETURNING p.id, p.tenant_path AS path, user_view(p) AS body, p.version
