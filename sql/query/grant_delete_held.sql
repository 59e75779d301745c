-- Takes every role away from somebody, as far as the scope sees, and gives back what was taken.
-- role: app
-- params: $1 principal uuid
-- row: id uuid, path text, body json, version bigint, tenant_id uuid, principal_id uuid, role_id uuid, named json
DELETE FROM "grant" g
 WHERE g.principal_id = $1
RETURNING g.id, g.tenant_path AS path,
          grant_view(g, (SELECT r.name FROM role r WHERE r.id = g.role_id AND r.tenant_path = g.role_path),
                     current_setting('bailiwick.low')) AS body,
          0::bigint AS version,
          g.tenant_id, g.principal_id, g.role_id,
          json_build_object('principal_id', g.principal_path, 'granted_by', g.granted_by_path) AS named
