-- The user of a tenant that has an external_id, or where that is null a login; none whose names have rested.
-- role: app
-- plan: custom
-- params: $1 tenant uuid, $2 external_id text, $3 login_key text
-- row: id uuid, path text, body json, version bigint
SELECT p.id, p.tenant_path AS path, user_view(p) AS body, p.version
  FROM principal p
 WHERE p.tenant_id = $1 AND p.kind = 'user' AND ($2::text IS NULL OR p.external_id = $2)
   AND ($2::text IS NOT NULL OR p.login_key = $3) AND (p.names_until IS NULL OR p.names_until > now())
