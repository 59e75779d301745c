-- Somebody cannot sign in, and says so or tries on. The same again, while the first waits, is no second request.
-- role: auth
-- params: $1 subject bytea, $2 sealed bytea, $3 address text, $4 request_id text
-- row: none
INSERT INTO vault.reset_request (subject, sealed, address, request_id) VALUES ($1, $2, $3, $4)
ON CONFLICT (subject) DO NOTHING
