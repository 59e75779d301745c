-- All of somebody's sessions but one are over.
-- role: auth
-- params: $1 principal uuid, $2 kept uuid
-- row: none
UPDATE session SET ended_at = now() WHERE principal_id = $1 AND id <> $2 AND ended_at IS NULL
