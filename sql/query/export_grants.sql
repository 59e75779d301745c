-- A page of the grants at a tenant, or at it and all below it, in the order of the tree, as an import takes them, but for
-- what is over. A user without an external_id is named by login, and whose home the caller does not see by nothing. The limits
-- inside keep each look from being a join with all.
-- role: app
-- plan: custom
-- params: $1 low text, $2 high text, $3 after_path text, $4 after_id uuid, $5 importable boolean, $6 limit bigint
-- row: id uuid, path text, body json, version bigint
SELECT g.id, g.tenant_path AS path,
       json_build_object('kind', 'grant', coalesce(holder.member, 'user_external_id'), holder.name,
                         'user_tenant_external_id', holder.home, 'tenant_external_id', place.name, 'role', role.name,
                         'scope', g.reach, 'reason', g.reason, 'ticket', g.ticket, 'not_before', rfc3339(g.not_before),
                         'expires_at', rfc3339(g.expires_at)) AS body,
       0::bigint AS version
  FROM "grant" g
  CROSS JOIN LATERAL (
       SELECT export_name(t, $1) AS name, tenant_is_over(t.path) AS over, NOT $5 OR export_portable(t.path, $1) AS importable
         FROM tenant t WHERE t.id = g.tenant_id AND t.path = g.tenant_path
        LIMIT 1) place
  CROSS JOIN LATERAL (
       SELECT export_name(r, g.tenant_path) AS name FROM role r WHERE r.id = g.role_id AND r.tenant_path = g.role_path
        LIMIT 1) role
  LEFT JOIN LATERAL (
       SELECT CASE WHEN p.kind = 'user' AND p.external_id IS NULL THEN 'user_login' ELSE 'user_external_id' END AS member,
              CASE WHEN p.kind = 'user' AND p.external_id IS NULL THEN p.login
                   WHEN p.kind = 'user' THEN export_name(p.external_id, p.id) ELSE 'id:' || p.id END AS name,
              home.name AS home,
              home.importable AND p.kind = 'user' AND (p.external_id IS NULL OR NOT is_id(p.external_id)) AS importable
         FROM principal p
        CROSS JOIN LATERAL (
              SELECT export_name(t, $1) AS name, NOT $5 OR export_portable(t.path, $1) AS importable
                FROM tenant t WHERE t.id = p.tenant_id AND t.path = p.tenant_path
               LIMIT 1) home
        WHERE p.id = g.principal_id AND p.tenant_path = g.principal_path
        LIMIT 1) holder ON true
 WHERE g.tenant_path >= $1 AND g.tenant_path < $2 AND (g.tenant_path, g.id) > ($3, $4)
   AND (g.expires_at IS NULL OR g.expires_at > now()) AND NOT place.over
   AND place.importable AND (NOT $5 OR (holder.importable AND NOT is_id(role.name)))
 ORDER BY g.tenant_path, g.id
 LIMIT $6
