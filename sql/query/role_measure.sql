-- What a role, and each that includes it, comes to: all that it permits and where it can be held, whether what it includes can be held
-- there too, how many roles stand one in another, how many it includes in all, and whether it is among them. The walk's bound ends
-- it in a ring.
-- role: app
-- params: $1 role uuid
-- row: id uuid, permissions text, kinds text, fits boolean, deep bigint, included bigint, ring boolean
WITH RECURSIVE touched (id) AS (
  SELECT $1::uuid UNION SELECT role_includers($1)
), walk (top, id, steps) AS (
  SELECT t.id, t.id, 1 FROM touched t
  UNION SELECT w.top, i.included_id, w.steps + 1 FROM walk w JOIN role_include i ON i.role_id = w.id WHERE w.steps < 10
)
SELECT r.id, array_to_string(role_effective(r.id, r.permissions), ' ') AS permissions, array_to_string(r.kinds, ' ') AS kinds,
       NOT EXISTS (SELECT FROM role_include i JOIN role x ON x.id = i.included_id
                    WHERE i.role_id = r.id AND NOT r.kinds <@ x.kinds) AS fits,
       w.deep, w.included, w.ring
  FROM (SELECT top, max(steps)::bigint AS deep, count(DISTINCT id) - 1 AS included, bool_or(id = top AND steps > 1) AS ring
          FROM walk GROUP BY top) w
  JOIN role r ON r.id = w.top
 ORDER BY r.id
