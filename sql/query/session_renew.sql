-- A session goes on with newer tokens, unless it ended meanwhile; never longer than it was going to.
-- role: auth
-- params: $1 id uuid, $2 now timestamptz, $3 idle_at timestamptz, $4 expires_at timestamptz
-- row: id uuid
UPDATE session SET refreshed_at = $2, idle_at = $3, expires_at = least(expires_at, $4)
 WHERE id = $1 AND ended_at IS NULL RETURNING id
