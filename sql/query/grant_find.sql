-- The grant of one role to one principal at one tenant with one reach.
-- role: app
-- params: $1 tenant uuid, $2 principal uuid, $3 role uuid, $4 reach text
-- row: id uuid, path text, body json, version bigint
SELECT g.id, g.tenant_path AS path,
       grant_view(g, (SELECT r.name FROM role r WHERE r.id = g.role_id AND r.tenant_path = g.role_path),
                  current_setting('bailiwick.low')) AS body,
       0::bigint AS version
  FROM "grant" g
 WHERE g.tenant_id = $1 AND g.principal_id = $2 AND g.role_id = $3 AND g.reach = $4
