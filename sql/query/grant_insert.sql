-- Gives a role.
-- role: app
-- params: $1 id uuid, $2 tenant uuid, $3 principal uuid, $4 role uuid, $5 reach text, $6 not_before timestamptz, $7
--         expires_at timestamptz, $8 reason text, $9 granted_by uuid, $10 granted_by_path text, $11 ticket text
-- row: id uuid, path text, body json, version bigint, named json
INSERT INTO "grant" AS g (id, tenant_id, tenant_path, tenant_boundary, principal_id, principal_path, role_id, role_path,
                          reach, not_before, expires_at, reason, granted_by, granted_by_path,
                          ticket)
SELECT $1, t.id, t.path, t.boundary, p.id, p.tenant_path, r.id, r.tenant_path, $5, $6, $7, $8, $9, $10, $11
  FROM tenant t, principal p, role r
 WHERE t.id = $2 AND p.id = $3 AND r.id = $4
RETURNING g.id, g.tenant_path AS path,
          grant_view(g, (SELECT r.name FROM role r WHERE r.id = g.role_id AND r.tenant_path = g.role_path),
                     current_setting('bailiwick.low')) AS body,
          0::bigint AS version,
          json_build_object('principal_id', g.principal_path, 'granted_by', g.granted_by_path) AS named
