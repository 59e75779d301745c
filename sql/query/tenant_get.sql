-- A tenant.
-- role: app
-- params: $1 id uuid
-- row: id uuid, path text, body json, version bigint
SELECT t.id, t.path, tenant_view(t, current_setting('bailiwick.low')) AS body, t.version
  FROM tenant t
 WHERE t.id = $1
