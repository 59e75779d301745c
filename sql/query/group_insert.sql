-- Puts a group into a tenant.
-- role: app
-- params: $1 id uuid, $2 tenant uuid, $3 display_name text, $4 name_key text, $5 external_id text
-- row: id uuid, path text, body json, version bigint
INSERT INTO principal AS p (id, tenant_id, tenant_path, tenant_boundary, kind, state, display_name, name_key, external_id)
SELECT $1, t.id, t.path, t.boundary, 'group', 'active', $3, $4, $5
  FROM tenant t
 WHERE t.id = $2
RETURNING p.id, p.tenant_path AS path, group_view(p) AS body, p.version
