-- A user in a tenant.
INSERT INTO principal (id, tenant_id, tenant_path, tenant_boundary, kind, state, login, login_key, display_name, name_key)
SELECT $1, id, path, boundary, 'user', 'active', $2, $2, $2, $2 FROM tenant WHERE path = $3
