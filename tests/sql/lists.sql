-- What lists show besides tenants, users and grants; without triggers.
SET search_path = bailiwick, pg_temp;
SET session_replication_role = replica;

INSERT INTO principal (id, tenant_id, tenant_path, tenant_boundary, kind, state, display_name, name_key, external_id)
SELECT gen_random_uuid(), t.id, t.path, t.boundary, 'client', 'active', 'Machine', 'machine', 'machine' || t.code
  FROM tenant t;

-- Where views begin, many groups, all but the first in the first.
INSERT INTO principal (id, tenant_id, tenant_path, tenant_boundary, kind, state, display_name, name_key)
SELECT gen_random_uuid(), t.id, t.path, t.boundary, 'group', 'active', 'Group', 'group' || n
  FROM (SELECT DISTINCT ON (kind) * FROM tenant ORDER BY kind, path) t, generate_series(1, 200) n;
INSERT INTO membership (id, tenant_id, tenant_path, tenant_boundary, group_id, member_id)
SELECT gen_random_uuid(), g.tenant_id, g.tenant_path, g.tenant_boundary, g.id, m.id
  FROM principal g JOIN principal m ON m.tenant_id = g.tenant_id AND m.kind = 'group' AND m.id <> g.id
 WHERE g.kind = 'group' AND g.name_key = 'group1';

INSERT INTO role (id, tenant_id, tenant_path, tenant_boundary, name, permissions)
SELECT gen_random_uuid(), t.id, t.path, t.boundary, 'own', '{user:read}' FROM tenant t;

INSERT INTO audit_event (id, tenant_id, tenant_path, tenant_boundary, at, actor_kind, action, outcome)
SELECT gen_random_uuid(), t.id, t.path, t.boundary, now(), 'system', 'test', 'done'
  FROM tenant t, generate_series(1, CASE t.kind WHEN 'customer' THEN 2 ELSE 1000 END);

-- Somebody in each kind of tenant who signs in all the time, and out again most of the time.
INSERT INTO session (id, principal_id, tenant_id, tenant_path, tenant_boundary, epoch, strength, audience, expires_at, ended_at)
SELECT gen_random_uuid(), u.id, u.tenant_id, u.tenant_path, u.tenant_boundary, u.epoch, 1, 'service', now() + interval '1 day',
       CASE WHEN n % 10 > 0 THEN now() END
  FROM (SELECT DISTINCT ON (kind) * FROM tenant ORDER BY kind, path) t, LATERAL (
    SELECT * FROM principal p WHERE p.kind = 'user' AND p.tenant_path >= t.path ORDER BY p.tenant_path, p.id LIMIT 1) u,
    generate_series(1, 3000) n;

RESET session_replication_role;
ANALYZE principal, membership, role, audit_event, session;
