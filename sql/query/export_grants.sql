-- A page of the grants at a tenant, or at it and all below it, in the order of the tree, as an import takes them, but for
-- what is over. A user without an external_id is named by login, and whose home the caller does not see by nothing. The limits
-- inside keep each look from being a join with all.
-- role: app
-- plan: custom
-- params: $1 low text, $2 high text, $3 after_path text, $4 after_id uuid, $5 importable boolean, $6 limit bigint
-- row: id uuid, path text, body json, version bigint
SELECT g.id, g.tenant_path AS path,
       json_build_object('kind', 'grant', coalesce(holder.member, 'user_external_id'), holder.name,
                         'user_tenant_external_id', holder.home, 'tenant_external_id', place.name,
                         'role', (SELECT r.name FROM role r WHERE r.id = g.role_id AND r.tenant_path = g.role_path),
                         'scope', g.reach, 'reason', g.reason, 'ticket', g.ticket, 'not_before', rfc3339(g.not_before),
                         'expires_at', rfc3339(g.expires_at)) AS body,
       0::bigint AS version
  FROM "grant" g
  CROSS JOIN LATERAL (
       SELECT export_name(t, $1) AS name, t.external_id IS NOT NULL OR t.path = $1 AS importable
         FROM tenant t WHERE t.id = g.tenant_id AND t.path = g.tenant_path
        LIMIT 1) place
  LEFT JOIN LATERAL (
       SELECT CASE WHEN p.kind = 'user' AND p.external_id IS NULL THEN 'user_login' ELSE 'user_external_id' END AS member,
              CASE WHEN p.kind = 'user' THEN coalesce(p.external_id, p.login) ELSE 'id:' || p.id END AS name,
              home.name AS home, p.kind = 'user' AND p.state <> 'terminated' AND home.importable AS importable
         FROM principal p
        CROSS JOIN LATERAL (
              SELECT export_name(t, $1) AS name, t.external_id IS NOT NULL OR t.path = $1 AS importable
                FROM tenant t WHERE t.id = p.tenant_id AND t.path = p.tenant_path
               LIMIT 1) home
        WHERE p.id = g.principal_id AND p.tenant_path = g.principal_path
        LIMIT 1) holder ON true
 WHERE g.tenant_path >= $1 AND g.tenant_path < $2 AND (g.tenant_path, g.id) > ($3, $4)
   AND (g.expires_at IS NULL OR g.expires_at > now()) AND (NOT $5 OR (place.importable AND holder.importable))
 ORDER BY g.tenant_path, g.id
 LIMIT $6
