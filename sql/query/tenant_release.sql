-- Frees the external_id of a child that is over and whose names have rested.
-- role: app
-- params: $1 parent uuid, $2 external_id text
-- row: none
UPDATE tenant t SET external_id = NULL
 WHERE t.parent_id = $1 AND t.external_id = $2 AND t.names_until <= now()
