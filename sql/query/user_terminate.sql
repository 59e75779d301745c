-- Ends a user for good: their names stay taken.
-- role: app
-- params: $1 id uuid
-- row: id uuid, path text, body json, version bigint
UPDATE principal p
   SET state = 'terminated', state_before = NULL, epoch = p.epoch + 1
 WHERE p.id = $1 AND p.kind = 'user'
RETURNING p.id, p.tenant_path AS path, user_view(p) AS body, p.version
