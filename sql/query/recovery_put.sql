-- A user's recovery codes, by their hashes; codes of before are void.
-- role: auth
-- params: $1 id uuid, $2 principal uuid, $3 hashes text[]
-- row: id uuid
INSERT INTO vault.recovery AS r (id, principal_id, tenant_id, tenant_path, tenant_boundary, hashes)
SELECT $1, f.principal_id, f.tenant_id, f.tenant_path, f.tenant_boundary, $3 FROM second_factor f WHERE f.principal_id = $2
ON CONFLICT (principal_id, tenant_path) DO UPDATE
  SET id = EXCLUDED.id, hashes = EXCLUDED.hashes, failures = 0, created_at = now(), last_used_at = NULL
RETURNING r.id
