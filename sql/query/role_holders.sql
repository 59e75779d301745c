-- Who holds a role or one that includes it, as far as a change depends on it: all that it permits and where it can be held, at which
-- kinds of tenant it is, whether a machine does, be it by a group, and whether one of those does who the actor is or whose groups
-- the actor is in. Of a holder above the scope it is not known whether it is a machine, which has nothing by a role that no machine
-- may have.
-- role: app
-- params: $1 id uuid, $2 actors uuid[]
-- row: permissions text, kinds text, place text, machine boolean, own boolean
WITH RECURSIVE touched (id) AS (
  SELECT $1::uuid UNION SELECT i.role_id FROM touched t JOIN role_include i ON i.included_id = t.id
)
SELECT array_to_string(CASE WHEN r.includes IS NULL THEN r.permissions ELSE role_effective(r.id, r.permissions) END, ' ') AS permissions,
       array_to_string(r.kinds, ' ') AS kinds, h.place, h.machine, h.own
  FROM (SELECT DISTINCT g.role_id, t.kind AS place,
               CASE p.kind WHEN 'client' THEN true
                           WHEN 'group' THEN EXISTS (SELECT FROM group_members(p.id) AS m (id) JOIN principal x ON x.id = m.id
                                                      WHERE x.kind = 'client')
                           ELSE false END AS machine,
               g.principal_id = ANY ($2) AS own
          FROM touched
          JOIN "grant" g ON g.role_id = touched.id
          JOIN tenant t ON t.id = g.tenant_id AND t.path = g.tenant_path
          LEFT JOIN principal p ON p.id = g.principal_id AND p.tenant_path = g.principal_path) h
  JOIN role r ON r.id = h.role_id
