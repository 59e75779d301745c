-- What would come of somebody joining a group: whether a ring, how many groups stand one above another, how many there are at most
-- above one of those who join, and whether a machine is among them. The bound of the walks ends them in a ring.
-- role: app
-- params: $1 group uuid, $2 member uuid
-- row: ring boolean, deep integer, groups bigint, machine boolean
WITH RECURSIVE up (id, n) AS (
  SELECT $1::uuid, 1
  UNION SELECT m.group_id, u.n + 1 FROM up u JOIN membership m ON m.member_id = u.id WHERE u.n < 10
), down (id, n) AS (
  SELECT $2::uuid, 0
  UNION SELECT m.member_id, d.n + 1 FROM down d JOIN membership m ON m.group_id = d.id WHERE d.n < 10
), above (member, id) AS (
  SELECT d.id, m.group_id FROM (SELECT DISTINCT id FROM down) d JOIN membership m ON m.member_id = d.id
  UNION SELECT a.member, m.group_id FROM above a JOIN membership m ON m.member_id = a.id
), reached (member, id) AS (
  SELECT member, id FROM above UNION SELECT d.id, u.id FROM down d, up u
)
SELECT EXISTS (SELECT FROM down WHERE id = $1) AS ring,
       (SELECT max(n) FROM up) + (SELECT max(n) FROM down) AS deep,
       (SELECT max(n) FROM (SELECT count(*) AS n FROM reached GROUP BY member) c) AS groups,
       EXISTS (SELECT FROM down d JOIN principal p ON p.id = d.id WHERE p.kind = 'client') AS machine
