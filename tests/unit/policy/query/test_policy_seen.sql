-- The tenants and the users that a scope shows, by the ends of their ids.
-- role: app
-- params: none
-- row: tenants text, users text, roles bigint
SELECT (SELECT coalesce(string_agg(right(id::text, 3), ' ' ORDER BY path), '') FROM tenant) AS tenants,
       (SELECT coalesce(string_agg(right(id::text, 3), ' ' ORDER BY tenant_path, id), '') FROM principal) AS users,
       (SELECT count(*) FROM role) AS roles
