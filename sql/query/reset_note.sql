-- Notes who let a user set a new password, or took their factors away.
-- role: app
-- params: $1 id uuid, $2 principal uuid, $3 kind text, $4 actor uuid
-- row: none
INSERT INTO account_reset (id, principal_id, tenant_id, tenant_path, tenant_boundary, kind, actor_id)
SELECT $1, p.id, p.tenant_id, p.tenant_path, p.tenant_boundary, $3, $4 FROM principal p WHERE p.id = $2
