-- A page of the memberships at a tenant, or at it and all below it, in the order of the tree, as an import takes them. A group
-- without an external_id is named by its name, a user by the login. The limits inside keep each look from being a join with
-- all.
-- role: app
-- plan: custom
-- params: $1 low text, $2 high text, $3 after_path text, $4 after_id uuid, $5 importable boolean, $6 limit bigint
-- row: id uuid, path text, body json, version bigint
SELECT m.id, m.tenant_path AS path,
       json_build_object('kind', 'membership', above.member, above.name, 'tenant_external_id', home.name, below.member,
                         below.name) AS body,
       0::bigint AS version
  FROM membership m
  CROSS JOIN LATERAL (
       SELECT export_name(t, $1) AS name, t.parent_path, t.terminated_at
         FROM tenant t WHERE t.id = m.tenant_id AND t.path = m.tenant_path
        LIMIT 1) home
  CROSS JOIN LATERAL (SELECT tenant_is_over(home.parent_path) AS over,
                             NOT $5 OR export_portable(home.parent_path, $1) AS importable
                       OFFSET 0) line
  CROSS JOIN LATERAL (
       SELECT CASE WHEN g.external_id IS NULL THEN 'display_name' ELSE 'external_id' END AS member,
              CASE WHEN g.external_id IS NULL THEN g.display_name ELSE export_name(g.external_id, g.id) END AS name,
              NOT is_id(coalesce(g.external_id, '')) AS importable
         FROM principal g WHERE g.id = m.group_id AND g.tenant_path = m.tenant_path
        LIMIT 1) above
  CROSS JOIN LATERAL (
       SELECT CASE WHEN p.external_id IS NULL AND p.kind = 'user' THEN 'user_login'
                   WHEN p.external_id IS NULL AND p.kind = 'group' THEN 'group_display_name'
                   ELSE p.kind || '_external_id' END AS member,
              CASE WHEN p.external_id IS NULL AND p.kind = 'user' THEN p.login
                   WHEN p.external_id IS NULL AND p.kind = 'group' THEN p.display_name
                   ELSE export_name(p.external_id, p.id) END AS name,
              NOT is_id(CASE WHEN p.external_id IS NULL AND p.kind <> 'client' THEN ''
                             ELSE export_name(p.external_id, p.id) END) AS importable
         FROM principal p WHERE p.id = m.member_id AND p.tenant_path = m.tenant_path
        LIMIT 1) below
 WHERE m.tenant_path >= $1 AND m.tenant_path < $2 AND (m.tenant_path, m.id) > ($3, $4)
   AND home.terminated_at IS NULL AND NOT line.over
   AND (NOT $5 OR (line.importable AND above.importable AND below.importable AND NOT is_id(coalesce(home.name, ''))))
 ORDER BY m.tenant_path, m.id
 LIMIT $6
