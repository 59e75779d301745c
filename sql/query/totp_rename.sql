-- Another name for one of a user's authenticators.
-- role: auth
-- params: $1 principal uuid, $2 id uuid, $3 name text
-- row: id uuid, body json
UPDATE vault.totp t SET name = $3 WHERE t.principal_id = $1 AND t.id = $2 AND t.confirmed_at IS NOT NULL
RETURNING t.id, totp_view(t) AS body
