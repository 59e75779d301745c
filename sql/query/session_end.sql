-- A session is over.
-- role: auth
-- params: $1 id uuid, $2 principal uuid
-- row: id uuid
UPDATE session SET ended_at = now() WHERE id = $1 AND principal_id = $2 AND ended_at IS NULL RETURNING id
