-- Who holds a role, as far as its change depends on it: at which kinds of tenant, whether a machine does, be it by a group, and whether
-- one of those does who the actor is or whose groups the actor is in. Of a holder above the scope it is not known whether it is a
-- machine, which has nothing by a role that no machine may have.
-- role: app
-- params: $1 id uuid, $2 actors uuid[]
-- row: place text, machine boolean, own boolean
SELECT DISTINCT t.kind AS place,
       CASE p.kind WHEN 'client' THEN true
                   WHEN 'group' THEN EXISTS (SELECT FROM group_members(p.id) AS m (id) JOIN principal x ON x.id = m.id
                                              WHERE x.kind = 'client')
                   ELSE false END AS machine,
       g.principal_id = ANY ($2) AS own
  FROM "grant" g
  JOIN tenant t ON t.id = g.tenant_id AND t.path = g.tenant_path
  LEFT JOIN principal p ON p.id = g.principal_id AND p.tenant_path = g.principal_path
 WHERE g.role_id = $1
