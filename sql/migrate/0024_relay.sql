-- A portal's backend signs its people in from one address: it may say theirs. Administrators hold the permission to give it.
SET LOCAL ROLE bailiwick_migrate;
SET LOCAL search_path = bailiwick, pg_temp;
DO $$
DECLARE
  changed bigint;
BEGIN
  UPDATE bailiwick.role SET permissions = permissions || '{login:relay}'
   WHERE builtin AND name IN ('provider_admin', 'partner_admin', 'customer_admin');
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> 3 THEN
    RAISE EXCEPTION '% administrators'' roles, not 3', changed;
  END IF;
END
$$;
INSERT INTO role (id, tenant_id, tenant_path, tenant_boundary, name, description, builtin, permissions, kinds)
SELECT r.id::uuid, t.id, t.path, t.boundary, r.name, r.description, true, r.permissions::text[], r.kinds::text[]
  FROM tenant t, (VALUES
    ('00000000-0000-7000-8000-000000000008', 'portal', 'Signs people in from the addresses it states; for clients',
     '{login:relay}', '{provider,partner,customer}')
  ) AS r (id, name, description, permissions, kinds)
 WHERE t.kind = 'provider';
