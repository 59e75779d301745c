-- Spends a code: compare and set of the newest accepted step.
-- role: auth
-- params: $1 id uuid, $2 step bigint
-- row: id uuid
UPDATE vault.totp SET last_step = $2 WHERE id = $1 AND confirmed_at IS NOT NULL AND last_step < $2 RETURNING id
