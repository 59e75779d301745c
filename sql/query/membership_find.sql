-- The membership of somebody in a group, by its own id.
-- role: app
-- params: $1 group uuid, $2 member uuid
-- row: id uuid, path text, body json, version bigint
SELECT m.id, m.tenant_path AS path, '{}'::json AS body, 0::bigint AS version
  FROM membership m
 WHERE m.group_id = $1 AND m.member_id = $2
