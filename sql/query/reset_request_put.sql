-- Somebody cannot sign in, and says so or tries on. The same again, while the first waits, is no second request, and where ten
-- thousand wait nobody joins them.
-- role: auth
-- params: $1 subject bytea, $2 sealed bytea, $3 address text, $4 request_id text
-- row: none
INSERT INTO vault.reset_request (subject, sealed, address, request_id) 
SELECT $1, $2, $3, $4 WHERE (SELECT count(*) FROM (SELECT FROM vault.reset_request LIMIT 10000) waiting) < 10000
ON CONFLICT (subject) DO NOTHING
