-- Whether somebody at home at a tenant holds the role that runs it, or a group does that they are in.
-- role: app
-- plan: custom
-- params: $1 principal uuid, $2 tenant uuid
-- row: runs boolean
SELECT EXISTS (SELECT
                 FROM (SELECT $1::uuid AS id UNION SELECT principal_groups($1)) holder
                 JOIN "grant" g ON g.principal_id = holder.id
                 JOIN role r ON r.id = g.role_id AND r.tenant_path = g.role_path
                WHERE g.tenant_id = $2 AND r.admin_of IS NOT NULL) AS runs
