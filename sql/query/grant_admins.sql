-- Who holds the role that runs a tenant of its kind, there and now, by themselves or by a group. Of a holder from above the tenant
-- only the grant is known; the tenant's own hold it while they are active.
-- role: app
-- params: $1 tenant uuid, $2 now timestamptz
-- row: principal_id uuid, reach text, expires_at timestamptz, own boolean
SELECT DISTINCT holder.id AS principal_id, g.reach, g.expires_at, g.principal_path = g.tenant_path AS own
  FROM tenant t
  JOIN role r ON r.admin_of = t.kind
  JOIN "grant" g ON g.tenant_id = t.id AND g.role_id = r.id AND g.role_path = r.tenant_path
  LEFT JOIN principal p ON p.id = g.principal_id AND p.tenant_path = g.principal_path
 CROSS JOIN LATERAL (
       SELECT g.principal_id WHERE p.kind IS DISTINCT FROM 'group' AND (p.state = 'active' OR g.principal_path <> g.tenant_path)
       UNION ALL
       SELECT m.id FROM group_people(p.id) AS m (id) WHERE p.kind = 'group' AND p.state = 'active') holder (id)
 WHERE t.id = $1 AND (g.not_before IS NULL OR g.not_before <= $2) AND (g.expires_at IS NULL OR g.expires_at > $2)
