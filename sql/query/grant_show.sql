-- Some grants, and some roles in few words, by their ids; of a role also by which of those it includes it has a permission.
-- role: app
-- params: $1 grants uuid[], $2 roles uuid[], $3 permission text
-- row: id uuid, path text, body json, version bigint
SELECT g.id, g.tenant_path AS path,
       grant_view(g, (SELECT r.name FROM role r WHERE r.id = g.role_id AND r.tenant_path = g.role_path),
                  current_setting('bailiwick.low')) AS body,
       0::bigint AS version
  FROM "grant" g
 WHERE g.id = ANY ($1)
UNION ALL
SELECT r.id, r.tenant_path,
       (role_view(r, current_setting('bailiwick.low'))::jsonb
        - '{description,permissions,includes,effective_permissions,kinds}'::text[]
        || jsonb_build_object('included', CASE WHEN r.includes IS NOT NULL THEN role_source(r.id, r.permissions, $3) END))::json, 0
  FROM role r
 WHERE r.id = ANY ($2)
