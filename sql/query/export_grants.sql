-- A page of the grants at a tenant, or at it and all below it, in the order of the tree, as an import takes them, but for
-- what is over. A user without an external_id is named by login, a group by its name, and whose home the caller does not see
-- by nothing. The limits inside keep each look from being a join with all; nobody makes a role of the name of one built in.
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
       SELECT export_name(t, $1) AS name, t.parent_path, t.terminated_at
         FROM tenant t WHERE t.id = g.tenant_id AND t.path = g.tenant_path
        LIMIT 1) place
  CROSS JOIN LATERAL (SELECT tenant_is_over(place.parent_path) AS over, NOT $5 OR export_portable(place.parent_path, $1) AS importable
                       OFFSET 0) line
  CROSS JOIN LATERAL (
       SELECT CASE WHEN r.builtin THEN r.name ELSE export_name(r, g.tenant_path) END AS name
         FROM role r WHERE r.id = g.role_id AND r.tenant_path = g.role_path
        LIMIT 1) role
  LEFT JOIN LATERAL (
       SELECT CASE WHEN p.external_id IS NULL AND p.kind = 'user' THEN 'user_login'
                   WHEN p.external_id IS NULL AND p.kind = 'group' THEN 'group_display_name'
                   ELSE p.kind || '_external_id' END AS member,
              CASE WHEN p.external_id IS NULL AND p.kind = 'user' THEN p.login
                   WHEN p.external_id IS NULL AND p.kind = 'group' THEN p.display_name
                   ELSE export_name(p.external_id, p.id) END AS name,
              CASE WHEN p.tenant_path = g.tenant_path THEN place.name
                   ELSE (SELECT export_name(t, $1) FROM tenant t WHERE t.id = p.tenant_id AND t.path = p.tenant_path) END AS home,
              (p.tenant_path = g.tenant_path OR export_portable(p.tenant_path, $1))
              AND NOT is_id(CASE WHEN p.external_id IS NULL AND p.kind <> 'client' THEN ''
                                 ELSE export_name(p.external_id, p.id) END) AS importable
         FROM principal p
        WHERE p.id = g.principal_id AND p.tenant_path = g.principal_path
        LIMIT 1) holder ON true
 WHERE g.tenant_path >= $1 AND g.tenant_path < $2 AND (g.tenant_path, g.id) > ($3, $4)
   AND (g.expires_at IS NULL OR g.expires_at > now()) AND place.terminated_at IS NULL AND NOT line.over
   AND (NOT $5 OR (line.importable AND holder.importable AND NOT is_id(coalesce(place.name, '')) AND NOT is_id(role.name)))
 ORDER BY g.tenant_path, g.id
 LIMIT $6
