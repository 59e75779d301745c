-- Puts a tenant below another, with all below it: the keys carry it through.
-- role: app
-- params: $1 tenant uuid, $2 parent uuid
-- row: id uuid, path text, body json, version bigint
UPDATE tenant t SET parent_id = p.id, parent_path = p.path, parent_boundary = p.boundary
  FROM tenant p
 WHERE t.id = $1 AND p.id = $2 AND NOT starts_with(p.path || '/', t.path || '/')
RETURNING t.id, t.path, tenant_view(t, current_setting('bailiwick.low')) AS body, t.version
