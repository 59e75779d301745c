-- Gives a tenant so much of a pool; with warn_at null it is warned as before.
-- role: app
-- params: $1 tenant uuid, $2 pool text, $3 allotted bigint, $4 warn_at text
-- row: none
INSERT INTO quota AS q (tenant_id, tenant_path, tenant_boundary, pool, allotted, warn_at)
SELECT t.id, t.path, t.boundary, $2, $3, coalesce($4::text::smallint[], '{80,90,100}')
  FROM tenant t
 WHERE t.id = $1
ON CONFLICT (tenant_path, pool) DO UPDATE
  SET allotted = $3, warn_at = coalesce($4::text::smallint[], q.warn_at), updated_at = now()
