-- Takes somebody out of a group.
-- role: app
-- params: $1 group uuid, $2 member uuid
-- row: id uuid, path text, body json, version bigint, tenant_id uuid, group_id uuid, named json
DELETE FROM membership m
 WHERE m.group_id = $1 AND m.member_id = $2
RETURNING m.member_id AS id, m.tenant_path AS path,
          membership_view(m, (SELECT p FROM principal p WHERE p.id = m.member_id AND p.tenant_path = m.tenant_path),
                          current_setting('bailiwick.low')) AS body,
          0::bigint AS version, m.tenant_id, m.group_id, json_build_object('added_by', m.added_by_path) AS named
