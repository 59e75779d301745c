-- The provider, root of the tree, and the built-in roles: data that every installation begins with.
SET LOCAL search_path = bailiwick, pg_temp;

INSERT INTO tenant (id, label, kind, code, name, name_key)
SELECT gen_random_uuid(), substr(md5(gen_random_uuid()::text), 1, 8), 'provider',
       substr(md5(gen_random_uuid()::text), 1, 10), 'Provider', 'provider';

-- Each role holds what the one below it holds, so that the ceiling (nobody gives what they do not hold) needs no exception.
INSERT INTO role (id, tenant_id, tenant_path, tenant_boundary, name, description, builtin, permissions, kinds)
SELECT r.id::uuid, t.id, t.path, t.boundary, r.name, r.description, true, r.permissions::text[], r.kinds::text[]
  FROM tenant t, (VALUES
    ('00000000-0000-7000-8000-000000000001', 'provider_admin', 'Everything, everywhere below the provider',
     '{tenant:read,tenant:create_partner,tenant:create_customer,tenant:update,tenant:suspend,tenant:resume,user:read,user:create,user:update,user:invite,user:suspend,user:resume,user:terminate,client:read,client:create,client:update,client:delete,role:read,grant:read,grant:assign,grant:revoke,grant:assign_privileged,audit:read,import:run,decision:query}',
     '{provider}'),
    ('00000000-0000-7000-8000-000000000002', 'partner_admin', 'Runs a partner and its customers',
     '{tenant:read,tenant:create_customer,tenant:update,tenant:suspend,tenant:resume,user:read,user:create,user:update,user:invite,user:suspend,user:resume,user:terminate,client:read,client:create,client:update,client:delete,role:read,grant:read,grant:assign,grant:revoke,grant:assign_privileged,audit:read,import:run,decision:query}',
     '{provider,partner}'),
    ('00000000-0000-7000-8000-000000000003', 'customer_admin', 'Runs a customer',
     '{tenant:read,tenant:update,user:read,user:create,user:update,user:invite,user:suspend,user:resume,user:terminate,client:read,client:create,client:update,client:delete,role:read,grant:read,grant:assign,grant:revoke,grant:assign_privileged,audit:read,import:run,decision:query}',
     '{provider,partner,customer}'),
    ('00000000-0000-7000-8000-000000000004', 'helpdesk', 'Finds people and lets them set a new password',
     '{tenant:read,user:read,user:invite,role:read,grant:read}', '{provider,partner,customer}'),
    ('00000000-0000-7000-8000-000000000005', 'auditor', 'Reads everything, changes nothing',
     '{tenant:read,user:read,client:read,role:read,grant:read,audit:read}', '{provider,partner,customer}'),
    ('00000000-0000-7000-8000-000000000006', 'provisioner', 'Loads customers and users; gives no roles',
     '{tenant:read,tenant:create_customer,user:read,user:create,user:update,user:invite,user:suspend,user:resume,role:read,grant:read,import:run}',
     '{provider,partner,customer}'),
    ('00000000-0000-7000-8000-000000000007', 'viewer', 'Sees tenants and users',
     '{tenant:read,user:read,role:read}', '{provider,partner,customer}')
  ) AS r (id, name, description, permissions, kinds)
 WHERE t.kind = 'provider';
