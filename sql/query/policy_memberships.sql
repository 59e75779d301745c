-- A page of memberships, by id: a load of the whole.
-- role: policy
-- params: $1 behind uuid, $2 most bigint
-- row: id uuid, known boolean, member uuid, group uuid
SELECT x.id, true AS known, x.member_id AS member, x.group_id AS "group"
  FROM membership x
 WHERE x.id > $1 ORDER BY x.id LIMIT $2
