-- The nearest role of a name that can be used at the tenant with a path.
-- role: app
-- plan: custom
-- params: $1 path text, $2 name text
-- row: id uuid, path text, body json, version bigint
SELECT r.id, r.tenant_path AS path, role_view(r, current_setting('bailiwick.low')) AS body, r.version
  FROM role r
 WHERE r.tenant_path = ANY (ARRAY(SELECT left($1, 9 * i) FROM generate_series(1, length($1) / 9) i))
   AND r.name = $2
 ORDER BY r.tenant_path DESC
 LIMIT 1
