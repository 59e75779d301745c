-- Takes an assertion for used; nothing when it was before.
-- role: auth
-- params: $1 digest bytea, $2 expires_at timestamptz
-- row: digest bytea
INSERT INTO vault.assertion (digest, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING digest
