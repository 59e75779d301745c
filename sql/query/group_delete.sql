-- Deletes a group; who was in it is in it no more.
-- role: app
-- params: $1 id uuid
-- row: none
DELETE FROM principal
 WHERE id = $1 AND kind = 'group'
