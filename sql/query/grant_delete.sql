-- Takes a role away.
-- role: app
-- params: $1 id uuid
-- row: none
DELETE FROM "grant"
 WHERE id = $1
