-- A session of a user's is over, by an administrator.
-- role: app
-- params: $1 id uuid, $2 user uuid, $3 asking uuid
-- row: id uuid, path text, body json, version bigint
UPDATE session s SET ended_at = now()
 WHERE s.id = $1 AND s.principal_id = $2 AND s.ended_at IS NULL
RETURNING s.id, s.tenant_path AS path, session_view(s, $3, false) AS body, 0::bigint AS version
