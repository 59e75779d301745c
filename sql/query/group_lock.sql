-- A group as it is, held against change.
-- role: app
-- params: $1 id uuid
-- row: id uuid, path text, body json, version bigint, tenant_id uuid
SELECT p.id, p.tenant_path AS path, group_view(p) AS body, p.version, p.tenant_id
  FROM principal p
 WHERE p.id = $1 AND p.kind = 'group'
   FOR UPDATE
