-- The first code of an authenticator makes it count.
-- role: auth
-- params: $1 id uuid, $2 step bigint
-- row: id uuid
UPDATE vault.totp SET confirmed_at = now(), last_step = $2 WHERE id = $1 AND confirmed_at IS NULL AND last_step < $2 RETURNING id
