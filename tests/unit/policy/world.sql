-- Words for tests: things are named by numbers, and stand where a sentence puts them.
CREATE SCHEMA test;
SET search_path = bailiwick, pg_temp;

CREATE FUNCTION test.id(n integer) RETURNS uuid LANGUAGE sql IMMUTABLE
  RETURN ('00000000-0000-7000-9000-' || lpad(n::text, 12, '0'))::uuid;

CREATE FUNCTION test.role(n integer) RETURNS uuid LANGUAGE sql IMMUTABLE
  RETURN ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid;

CREATE FUNCTION test.tenant(n integer, parent integer, kind text, boundary boolean DEFAULT false) RETURNS void
LANGUAGE sql SET search_path = bailiwick, pg_temp AS $$
  INSERT INTO tenant (id, label, parent_id, parent_path, parent_boundary, kind, code, name, name_key, is_boundary)
  SELECT test.id(n), lpad(n::text, 8, '0'), p.id, p.path, p.boundary, $3, 'code' || n, 'T' || n, 't' || n, $4
    FROM tenant p WHERE p.id = test.id(parent)
$$;

CREATE FUNCTION test.move(n integer, parent integer) RETURNS void LANGUAGE sql SET search_path = bailiwick, pg_temp AS $$
  UPDATE tenant t SET parent_id = p.id, parent_path = p.path, parent_boundary = p.boundary
    FROM tenant p WHERE t.id = test.id(n) AND p.id = test.id(parent)
$$;

CREATE FUNCTION test.user(n integer, home integer) RETURNS void LANGUAGE sql SET search_path = bailiwick, pg_temp AS $$
  INSERT INTO principal (id, tenant_id, tenant_path, tenant_boundary, kind, state, login, login_key, display_name, name_key)
  SELECT test.id(n), t.id, t.path, t.boundary, 'user', 'active', 'u' || n, 'u' || n, 'U' || n, 'u' || n
    FROM tenant t WHERE t.id = test.id(home)
$$;

CREATE FUNCTION test.grant(n integer, who integer, role_number integer, at integer, reach text) RETURNS void
LANGUAGE sql SET search_path = bailiwick, pg_temp AS $$
  INSERT INTO "grant" (id, tenant_id, tenant_path, tenant_boundary, principal_id, principal_path, role_id, role_path, reach)
  SELECT test.id(n), t.id, t.path, t.boundary, p.id, p.tenant_path, r.id, r.tenant_path, reach
    FROM tenant t, principal p, role r
   WHERE t.id = test.id(at) AND p.id = test.id(who) AND r.id = test.role(role_number)
$$;

CREATE FUNCTION test.group(n integer, home integer) RETURNS void LANGUAGE sql SET search_path = bailiwick, pg_temp AS $$
  INSERT INTO principal (id, tenant_id, tenant_path, tenant_boundary, kind, state, display_name, name_key)
  SELECT test.id(n), t.id, t.path, t.boundary, 'group', 'active', 'G' || n, 'g' || n FROM tenant t WHERE t.id = test.id(home)
$$;

CREATE FUNCTION test.member(n integer, who integer, group_number integer) RETURNS void LANGUAGE sql
SET search_path = bailiwick, pg_temp AS $$
  INSERT INTO membership (id, tenant_id, tenant_path, tenant_boundary, group_id, member_id)
  SELECT test.id(n), p.tenant_id, p.tenant_path, p.tenant_boundary, test.id(group_number), p.id
    FROM principal p WHERE p.id = test.id(who)
$$;

CREATE FUNCTION test.session(n integer, who integer) RETURNS void LANGUAGE sql SET search_path = bailiwick, pg_temp AS $$
  INSERT INTO session (id, principal_id, tenant_id, tenant_path, tenant_boundary, epoch, strength, audience, expires_at)
  SELECT test.id(n), p.id, p.tenant_id, p.tenant_path, p.tenant_boundary, p.epoch, 1, 'service', now() + interval '1 hour'
    FROM principal p WHERE p.id = test.id(who)
$$;

-- What the snapshot should hold, a line a fact, in no order.
CREATE VIEW test.fact AS
  SELECT concat_ws(' ', 't', id, parent_id, label, kind, coalesce(suspended_reach, state), is_boundary) AS line FROM tenant
  UNION ALL SELECT concat_ws(' ', 'p', id, tenant_id, state, epoch) FROM principal
  UNION ALL SELECT concat_ws(' ', 'g', id, principal_id, role_id, tenant_id, reach) FROM "grant";

UPDATE tenant SET id = test.id(1), label = '00000001';

-- 1 the provider > 2 a partner > (3 > 4), 5, 8 a boundary > 9; 1 > 6 another partner > 7.
-- 102 administers 2; 103 is helpdesk of 3 alone and viewer of 2 and below; 106 administers 6.
SELECT test.tenant(2, 1, 'partner'), test.tenant(6, 1, 'partner');
SELECT test.tenant(3, 2, 'partner'), test.tenant(5, 2, 'customer'), test.tenant(7, 6, 'customer');
SELECT test.tenant(8, 2, 'partner', true), test.tenant(4, 3, 'customer');
SELECT test.tenant(9, 8, 'customer');
SELECT test.user(102, 2), test.user(103, 2), test.user(104, 4), test.user(106, 6), test.user(109, 9);
SELECT test.grant(202, 102, 2, 2, 'subtree'), test.grant(203, 103, 4, 3, 'self'), test.grant(204, 103, 7, 2, 'subtree'),
       test.grant(206, 106, 2, 6, 'subtree');
