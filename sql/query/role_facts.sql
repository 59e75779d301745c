-- What the giving of a role is measured by.
-- role: app
-- params: $1 id uuid
-- row: id uuid, path text, permissions text, kinds text
SELECT r.id, r.tenant_path AS path, array_to_string(r.permissions, ' ') AS permissions,
       array_to_string(r.kinds, ' ') AS kinds
  FROM role r
 WHERE r.id = $1
