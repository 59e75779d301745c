-- A page of who is in a group, in the order of their ids.
-- role: app
-- plan: custom
-- params: $1 low text, $2 high text, $3 after_path text, $4 after_id uuid, $5 group uuid, $6 limit bigint
-- row: id uuid, path text, body json, version bigint
SELECT m.member_id AS id, m.tenant_path AS path, membership_view(m, p, current_setting('bailiwick.low')) AS body,
       0::bigint AS version
  FROM membership m
  JOIN principal p ON p.id = m.member_id AND p.tenant_path = m.tenant_path
 WHERE m.group_id = $5 AND m.tenant_path >= $1 AND m.tenant_path < $2 AND (m.tenant_path, m.member_id) > ($3, $4)
 ORDER BY m.tenant_path, m.member_id
 LIMIT $6
