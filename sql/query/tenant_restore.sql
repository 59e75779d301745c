-- Takes a tenant's end back while it may be: no row else.
-- role: app
-- params: $1 id uuid
-- row: id uuid, path text, body json, version bigint
UPDATE tenant t
   SET terminated_at = NULL, purge_due = NULL, names_until = NULL
 WHERE t.id = $1 AND t.purge_due > now()
RETURNING t.id, t.path, tenant_view(t, current_setting('bailiwick.low')) AS body, t.version
