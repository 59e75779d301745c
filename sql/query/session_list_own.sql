-- A page of somebody's own living sessions, in the order in which they began, and from where.
-- role: auth
-- params: $1 low text, $2 high text, $3 after_path text, $4 after_id uuid, $5 principal uuid, $6 asking uuid, $7 limit bigint
-- row: id uuid, path text, body json, version bigint
SELECT s.id, s.tenant_path AS path, session_view(s, $6, true) AS body, 0::bigint AS version
  FROM session s
 WHERE s.principal_id = $5 AND s.tenant_path >= $1 AND s.tenant_path < $2 AND (s.tenant_path, s.id) > ($3, $4)
   AND s.ended_at IS NULL AND s.expires_at > now() AND s.idle_at > now()
   AND s.epoch = (SELECT p.epoch FROM principal p WHERE p.id = $5)
 ORDER BY s.tenant_path, s.id
 LIMIT $7
