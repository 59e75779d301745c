-- A grant of the viewer's role to a principal of one tenant, at another.
INSERT INTO "grant" (id, tenant_id, tenant_path, tenant_boundary, principal_id, principal_path, role_id, role_path, reach)
SELECT $1, t.id, t.path, t.boundary, p.id, p.tenant_path, r.id, r.tenant_path, 'subtree'
  FROM tenant t, principal p, role r
 WHERE t.path = $2 AND p.id = $3 AND r.name = 'viewer'
