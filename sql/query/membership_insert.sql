-- Puts somebody into a group.
-- role: app
-- params: $1 id uuid, $2 group uuid, $3 member uuid, $4 added_by uuid, $5 added_by_path text
-- row: id uuid, path text, body json, version bigint, named json
INSERT INTO membership AS m (id, tenant_id, tenant_path, tenant_boundary, group_id, member_id, added_by, added_by_path)
SELECT $1, g.tenant_id, g.tenant_path, g.tenant_boundary, g.id, $3, $4, $5
  FROM principal g
 WHERE g.id = $2 AND g.kind = 'group'
RETURNING m.member_id AS id, m.tenant_path AS path,
          membership_view(m, (SELECT p FROM principal p WHERE p.id = m.member_id AND p.tenant_path = m.tenant_path),
                          current_setting('bailiwick.low')) AS body,
          0::bigint AS version, json_build_object('added_by', m.added_by_path) AS named
