-- The memberships that events behind a revision speak of, as they are now.
-- role: policy
-- params: $1 revision bigint
-- row: id uuid, known boolean, member uuid, group uuid
SELECT e.object AS id, x.id IS NOT NULL AS known, x.member_id AS member, x.group_id AS "group"
  FROM (SELECT DISTINCT object FROM policy_event WHERE kind = 'membership' AND revision > $1) e
  LEFT JOIN membership x ON x.id = e.object
