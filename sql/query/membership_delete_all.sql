-- Takes somebody out of all groups, and a group all who are in it.
-- role: app
-- params: $1 principal uuid
-- row: id uuid, path text, body json, version bigint, tenant_id uuid, group_id uuid, named json
DELETE FROM membership m
 WHERE $1 IN (m.group_id, m.member_id)
RETURNING m.member_id AS id, m.tenant_path AS path,
          membership_view(m, (SELECT p FROM principal p WHERE p.id = m.member_id AND p.tenant_path = m.tenant_path),
                          current_setting('bailiwick.low')) AS body,
          0::bigint AS version, m.tenant_id, m.group_id, json_build_object('added_by', m.added_by_path) AS named
