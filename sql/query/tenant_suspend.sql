-- Suspends a tenant with a reach, or with none ends its suspension.
-- role: app
-- params: $1 id uuid, $2 reach text
-- row: id uuid, path text, body json, version bigint
UPDATE tenant t
   SET state = CASE WHEN $2::text IS NULL THEN 'active' ELSE 'suspended' END, suspended_reach = $2,
       suspended_at = CASE WHEN t.suspended_reach = $2 THEN t.suspended_at WHEN $2 IS NOT NULL THEN now() END
 WHERE t.id = $1
RETURNING t.id, t.path, tenant_view(t, current_setting('bailiwick.low')) AS body, t.version
