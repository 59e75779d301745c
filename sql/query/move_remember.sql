-- Where a tenant stands, and stood before, for when it stands elsewhere.
-- role: app
-- params: $1 tenant uuid
-- row: none
INSERT INTO tenant_former (tenant_id, tenant_path, tenant_boundary, former)
SELECT t.id, t.path, t.boundary, f
  FROM tenant t, unnest(t.path || path_formers(t.path)) f
 WHERE t.id = $1
ON CONFLICT DO NOTHING
