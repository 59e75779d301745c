-- Ends a tenant with all below it, to be restored within a grace; both times in seconds.
-- role: app
-- params: $1 id uuid, $2 grace bigint, $3 rest bigint
-- row: id uuid, path text, body json, version bigint
UPDATE tenant t
   SET terminated_at = now(), purge_due = now() + make_interval(secs => $2::bigint),
       names_until = now() + make_interval(secs => greatest($2::bigint, $3::bigint))
 WHERE t.id = $1
RETURNING t.id, t.path, tenant_view(t, current_setting('bailiwick.low')) AS body, t.version
