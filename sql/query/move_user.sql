-- Puts a user into another tenant, with all that hangs on them: the keys carry it through.
-- role: app
-- params: $1 user uuid, $2 tenant uuid
-- row: id uuid, path text, body json, version bigint
UPDATE principal p SET tenant_id = t.id, tenant_path = t.path, tenant_boundary = t.boundary
  FROM tenant t
 WHERE p.id = $1 AND p.kind = 'user' AND t.id = $2
RETURNING p.id, p.tenant_path AS path, user_view(p) AS body, p.version
