-- The tenants that have an external_id, below a parent or anywhere: a second one tells that it is not one.
-- role: app
-- plan: custom
-- params: $1 parent uuid, $2 external_id text
-- row: id uuid, path text, body json, version bigint
SELECT t.id, t.path, tenant_view(t, current_setting('bailiwick.low')) AS body, t.version
  FROM tenant t
 WHERE t.external_id = $2 AND ($1::uuid IS NULL OR t.parent_id = $1)
 ORDER BY t.path
 LIMIT 2
