-- Ends a user for good; their names rest until others may have them. Both times in seconds.
-- role: app
-- params: $1 id uuid, $2 grace bigint, $3 rest bigint
-- row: id uuid, path text, body json, version bigint
UPDATE principal p
   SET state = 'terminated', state_before = NULL, epoch = p.epoch + 1, terminated_at = now(),
       purge_due = now() + make_interval(secs => $2::bigint), names_until = now() + make_interval(secs => $3::bigint)
 WHERE p.id = $1 AND p.kind = 'user'
RETURNING p.id, p.tenant_path AS path, user_view(p) AS body, p.version
