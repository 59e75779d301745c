-- Who is in which group by a membership.
-- role: app
-- params: $1 id uuid
-- row: group_id uuid, member_id uuid
SELECT m.group_id, m.member_id
  FROM membership m
 WHERE m.id = $1
