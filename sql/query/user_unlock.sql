-- What failed attempts have put on a user's account counts for nothing from now on.
-- role: app
-- params: $1 id uuid
-- row: id uuid, path text, body json, version bigint
UPDATE principal p SET unlocked_at = clock_timestamp()
 WHERE p.id = $1 AND p.kind = 'user'
RETURNING p.id, p.tenant_path AS path, user_view(p) AS body, p.version
