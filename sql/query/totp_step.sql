-- Spends a code: compare and set of the newest accepted step of its authenticator.
-- role: auth
-- params: $1 principal uuid, $2 id uuid, $3 step bigint
-- row: id uuid
UPDATE vault.totp t SET last_step = $3, last_used_at = now()
 WHERE t.principal_id = $1 AND t.id = $2 AND t.confirmed_at IS NOT NULL AND t.last_step < $3
RETURNING t.id
