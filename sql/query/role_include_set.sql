-- Has a role include some and no others.
-- role: app
-- params: $1 role uuid, $2 included uuid[]
-- row: none
WITH left_out AS (DELETE FROM role_include WHERE role_id = $1 AND included_id <> ALL ($2))
INSERT INTO role_include (tenant_id, tenant_path, tenant_boundary, role_id, included_id, included_path)
SELECT r.tenant_id, r.tenant_path, r.tenant_boundary, r.id, x.id, x.tenant_path
  FROM role r, role x
 WHERE r.id = $1 AND x.id = ANY ($2)
    ON CONFLICT DO NOTHING
