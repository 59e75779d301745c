-- What lists show besides tenants, users and grants, at each tenant there is; without triggers.
SET search_path = bailiwick, pg_temp;
SET session_replication_role = replica;

INSERT INTO principal (id, tenant_id, tenant_path, tenant_boundary, kind, state, display_name, name_key, external_id)
SELECT gen_random_uuid(), t.id, t.path, t.boundary, 'client', 'active', 'Machine', 'machine', 'machine' || t.code
  FROM tenant t;

INSERT INTO role (id, tenant_id, tenant_path, tenant_boundary, name, permissions)
SELECT gen_random_uuid(), t.id, t.path, t.boundary, 'own', '{user:read}' FROM tenant t;

INSERT INTO audit_event (id, tenant_id, tenant_path, tenant_boundary, at, actor_kind, action, outcome)
SELECT gen_random_uuid(), t.id, t.path, t.boundary, now(), 'system', 'test', 'done'
  FROM tenant t, generate_series(1, CASE t.kind WHEN 'customer' THEN 2 ELSE 1000 END);

RESET session_replication_role;
ANALYZE principal, role, audit_event;
