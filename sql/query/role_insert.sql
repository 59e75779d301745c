-- Puts a role into a tenant.
-- role: app
-- params: $1 id uuid, $2 tenant uuid, $3 name text, $4 description text, $5 permissions text, $6 kinds text
-- row: id uuid, path text, body json, version bigint
INSERT INTO role AS r (id, tenant_id, tenant_path, tenant_boundary, name, description, permissions, kinds)
SELECT $1, t.id, t.path, t.boundary, $3, $4, string_to_array($5, ' '), string_to_array($6, ' ')
  FROM tenant t
 WHERE t.id = $2
RETURNING r.id, r.tenant_path AS path, role_view(r, current_setting('bailiwick.low')) AS body, r.version
