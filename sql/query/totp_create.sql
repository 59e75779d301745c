-- An authenticator that counts for nothing until it is confirmed; it takes the place of another such one.
-- role: auth
-- params: $1 id uuid, $2 principal uuid, $3 sealed_seed bytea
-- row: id uuid
WITH gone AS (DELETE FROM vault.totp WHERE principal_id = $2 AND confirmed_at IS NULL)
INSERT INTO vault.totp (id, principal_id, tenant_id, tenant_path, tenant_boundary, sealed_seed)
SELECT $1, p.id, p.tenant_id, p.tenant_path, p.tenant_boundary, $3 FROM principal p WHERE p.id = $2 AND p.kind = 'user'
RETURNING id
