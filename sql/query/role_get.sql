-- A role that lies in the scope or flows down to it.
-- role: app
-- params: $1 id uuid
-- row: id uuid, path text, body json, version bigint
SELECT r.id, r.tenant_path AS path, role_view(r, current_setting('bailiwick.low')) AS body, r.version
  FROM role r
 WHERE r.id = $1
