-- Deletes a role that nobody holds.
-- role: app
-- params: $1 id uuid
-- row: none
DELETE FROM role
 WHERE id = $1
