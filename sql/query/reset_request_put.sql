-- Somebody cannot sign in, and says so or tries on. The same again, while the first waits, is no second request. Where ten thousand
-- of a kind wait nobody joins them, nor where a hundred of one place do, so that no place fills it.
-- role: auth
-- params: $1 subject bytea, $2 sealed bytea, $3 address text, $4 request_id text, $5 kind text, $6 place text, $7 stated_by uuid
-- row: none
INSERT INTO vault.reset_request (subject, sealed, address, request_id, kind, place, stated_by)
SELECT $1, $2, $3, $4, $5, $6, $7
 WHERE (SELECT count(*) FROM (SELECT FROM vault.reset_request WHERE kind = $5 LIMIT 10000) waiting) < 10000
   AND (SELECT count(*) FROM (SELECT FROM vault.reset_request WHERE kind = $5 AND place = $6 LIMIT 100) alike) < 100
ON CONFLICT (subject) DO NOTHING
