-- Takes a user's second factors away, all of them, and ends their sessions.
-- role: app
-- params: $1 id uuid
-- row: id uuid, path text, body json, version bigint
WITH gone AS (
  DELETE FROM second_factor f WHERE f.principal_id = $1
)
UPDATE principal p SET epoch = p.epoch + 1
 WHERE p.id = $1 AND p.kind = 'user'
RETURNING p.id, p.tenant_path AS path, user_view(p) AS body, p.version
