-- Whether somebody at home at a tenant holds the role that runs it.
-- role: app
-- params: $1 principal uuid, $2 tenant uuid
-- row: runs boolean
SELECT EXISTS (SELECT
                 FROM "grant" g
                 JOIN role r ON r.id = g.role_id AND r.tenant_path = g.role_path
                WHERE g.principal_id = $1 AND g.tenant_id = $2 AND r.admin_of IS NOT NULL) AS runs
