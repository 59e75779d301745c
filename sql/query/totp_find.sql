-- A user's confirmed authenticator, or the one that waits for its first code.
-- role: auth
-- params: $1 principal uuid, $2 confirmed boolean
-- row: id uuid, tenant_id uuid, sealed_seed bytea, last_step bigint
SELECT id, tenant_id, sealed_seed, last_step FROM vault.totp
 WHERE principal_id = $1 AND (confirmed_at IS NOT NULL) = $2
 ORDER BY created_at DESC LIMIT 1
