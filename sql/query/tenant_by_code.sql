-- The tenant of a code: where a failed login is recorded.
-- role: auth
-- params: $1 code text
-- row: id uuid
SELECT id FROM tenant WHERE code = $1
