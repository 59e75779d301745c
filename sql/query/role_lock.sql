-- A role that lies in the scope, held against change and against being given until the transaction ends. One that is built in
-- is held by nobody.
-- role: app
-- params: $1 id uuid
-- row: id uuid, path text, body json, version bigint, tenant_id uuid, permissions text, kinds text, includes text
SELECT r.id, r.tenant_path AS path, role_view(r, current_setting('bailiwick.low')) AS body, r.version,
       r.tenant_id, array_to_string(r.permissions, ' ') AS permissions, array_to_string(r.kinds, ' ') AS kinds,
       coalesce(array_to_string(r.includes, ' '), '') AS includes
  FROM role r
 WHERE r.id = $1
   FOR UPDATE
