-- A group.
-- role: app
-- params: $1 id uuid
-- row: id uuid, path text, body json, version bigint
SELECT p.id, p.tenant_path AS path, group_view(p) AS body, p.version
  FROM principal p
 WHERE p.id = $1 AND p.kind = 'group'
