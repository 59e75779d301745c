-- Deletes a client; its secrets and sessions go with it.
-- role: app
-- params: $1 id uuid
-- row: none
DELETE FROM principal
 WHERE id = $1 AND kind = 'client'
