-- A large estate in a migrated database, for psql as a superuser: :tenants tenants and :users users, at least one each.
-- Below the provider stand 200 partners, 20 of them distributors of the others; partner 1 has a tenth of the customers,
-- the others share the rest evenly. Things have numbers, which stand in their ids; those of one parent stand together.
-- Triggers rest meanwhile, so no policy event is written: a new policy epoch tells followers to read everything anew.
SET search_path = bailiwick, pg_temp;
SET session_replication_role = replica;

CREATE FUNCTION pg_temp.id(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
  RETURN ('00000000-0000-7000-' || kind || '-' || lpad(n::text, 12, '0'))::uuid;

CREATE TEMP TABLE number AS
SELECT n, CASE WHEN n <= 20 THEN (SELECT id FROM tenant WHERE kind = 'provider')
               WHEN n <= 200 THEN pg_temp.id('8001', 1 + n % 20)
               WHEN c < few THEN pg_temp.id('8001', 1)
               ELSE pg_temp.id('8001', 2 + (c - few) * 199 / (customers - few)) END AS parent
  FROM (SELECT n, n - 201 AS c, :tenants - 201 AS customers, (:tenants - 201) / 10 AS few
          FROM generate_series(1, :tenants - 1) n) counted;

-- Called in an order in which parents are there before their children.
CREATE FUNCTION pg_temp.plant(kind text, low integer, high integer) RETURNS void LANGUAGE sql AS $$
  INSERT INTO tenant (id, label, parent_id, parent_path, parent_boundary, kind, code, name, name_key, external_id)
  SELECT pg_temp.id('8001', m.n), left(md5(m.n::text), 8), p.id, p.path, p.boundary, plant.kind, 'n' || m.n,
         'Tenant ' || m.n, 'tenant ' || m.n, 'crm-' || m.n
    FROM number m JOIN tenant p ON p.id = m.parent
   WHERE m.n BETWEEN low AND high
$$;
SELECT pg_temp.plant('partner', 1, 20), pg_temp.plant('partner', 21, 200) \g /dev/null
SELECT pg_temp.plant('customer', 201, :tenants - 1) \g /dev/null

INSERT INTO principal (id, tenant_id, tenant_path, tenant_boundary, kind, state, login, login_key, display_name,
                       name_key, email, email_key, external_id, dialling_addresses)
SELECT pg_temp.id('8002', u), t.id, t.path, t.boundary, 'user', 'active', 'user' || u, 'user' || u, 'User ' || u,
       'user ' || u, 'user' || u || '@example.com', 'user' || u || '@example.com', 'hr-' || u,
       ARRAY['+49891000' || u]
  FROM generate_series(0, :users - 1) u
  JOIN tenant t ON t.id = pg_temp.id('8001', 1 + u::bigint * (:tenants - 1) / :users);

-- The first user of each tenant administers it.
INSERT INTO "grant" (id, tenant_id, tenant_path, tenant_boundary, principal_id, principal_path, role_id, role_path,
                     reach)
SELECT pg_temp.id('8003', m.n), t.id, t.path, t.boundary, p.id, p.tenant_path, r.id, r.tenant_path, 'subtree'
  FROM number m
  JOIN tenant t ON t.id = pg_temp.id('8001', m.n)
  JOIN principal p ON p.id = pg_temp.id('8002', ((m.n - 1)::bigint * :users + :tenants - 2) / (:tenants - 1))
  JOIN role r ON r.builtin AND r.name = t.kind || '_admin';

UPDATE installation SET policy_epoch = gen_random_uuid();
RESET session_replication_role;
ANALYZE tenant, principal, "grant";
