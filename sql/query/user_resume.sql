-- Ends the suspension of a user: they are again what they were.
-- role: app
-- params: $1 id uuid
-- row: id uuid, path text, body json, version bigint
UPDATE principal p
   SET state = coalesce(p.state_before, p.state), state_before = NULL
 WHERE p.id = $1 AND p.kind = 'user'
RETURNING p.id, p.tenant_path AS path, user_view(p) AS body, p.version
