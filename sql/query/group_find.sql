-- The group of a tenant that has an external_id, or where that is null a name.
-- role: app
-- plan: custom
-- params: $1 tenant uuid, $2 external_id text, $3 name_key text
-- row: id uuid, path text, body json, version bigint
SELECT p.id, p.tenant_path AS path, group_view(p) AS body, p.version
  FROM principal p
 WHERE p.tenant_id = $1 AND p.kind = 'group' AND ($2::text IS NULL OR p.external_id = $2)
   AND ($2::text IS NOT NULL OR p.name_key = $3)
