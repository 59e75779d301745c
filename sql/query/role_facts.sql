-- What the giving of a role is measured by; found as role_get finds it.
-- role: app
-- params: $1 id uuid
-- row: id uuid, path text, permissions text, kinds text, builtin boolean, runs text
SELECT r.id, r.tenant_path AS path,
       array_to_string(CASE WHEN r.includes IS NULL THEN r.permissions ELSE role_effective(r.id, r.permissions) END, ' ') AS permissions,
       array_to_string(r.kinds, ' ') AS kinds, r.builtin, coalesce(r.admin_of, '') AS runs
  FROM role r
 WHERE r.id = $1 AND r.tenant_path >= (SELECT current_setting('bailiwick.low'))
   AND r.tenant_path < (SELECT current_setting('bailiwick.high'))
 UNION ALL
SELECT above.*
  FROM unnest(NULLIF(current_setting('bailiwick.ancestors', true), '')::text[]) line (path),
       LATERAL (SELECT r.id, r.tenant_path AS path,
                       array_to_string(CASE WHEN r.includes IS NULL THEN r.permissions ELSE role_effective(r.id, r.permissions) END, ' ') AS permissions,
                       array_to_string(r.kinds, ' ') AS kinds, r.builtin, coalesce(r.admin_of, '') AS runs
                  FROM role r
                 WHERE r.id = $1 AND r.tenant_path = line.path
                OFFSET 0) above
 WHERE line.path COLLATE "C" < current_setting('bailiwick.low')
