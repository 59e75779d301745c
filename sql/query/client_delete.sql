-- Deletes a client; its secrets, sessions and grants go with it.
-- role: app
-- params: $1 id uuid
-- row: none
DELETE FROM principal
 WHERE id = $1 AND kind = 'client'
