-- A session is over because another takes its place, which goes on from what this one was.
-- role: auth
-- params: $1 id uuid, $2 principal uuid, $3 now timestamptz
-- row: tenant_id uuid, epoch integer, audience text, expires_at timestamptz, authenticated_at timestamptz
UPDATE session SET ended_at = now()
 WHERE id = $1 AND principal_id = $2 AND ended_at IS NULL AND expires_at > $3
RETURNING tenant_id, epoch, audience, expires_at, authenticated_at
