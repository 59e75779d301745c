-- The client of a tenant that has an external_id.
-- role: app
-- plan: custom
-- params: $1 tenant uuid, $2 external_id text
-- row: id uuid, path text, body json, version bigint
SELECT p.id, p.tenant_path AS path, client_view(p) AS body, p.version
  FROM principal p
 WHERE p.tenant_id = $1 AND p.kind = 'client' AND p.external_id = $2
