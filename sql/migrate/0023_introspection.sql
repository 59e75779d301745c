-- A role for machines that check the tokens shown to them, and who may give it.
SET LOCAL ROLE bailiwick_migrate;
SET LOCAL search_path = bailiwick, pg_temp;

INSERT INTO role (id, tenant_id, tenant_path, tenant_boundary, name, description, builtin, permissions, kinds)
SELECT r.id::uuid, t.id, t.path, t.boundary, r.name, r.description, true, r.permissions::text[], r.kinds::text[]
  FROM tenant t, (VALUES
    ('00000000-0000-7000-8000-000000000009', 'introspector', 'Checks the access tokens that are shown to it',
     '{token:introspect}', '{provider,partner,customer}')
  ) AS r (id, name, description, permissions, kinds)
 WHERE t.kind = 'provider';

DO $$
DECLARE
  changed bigint;
BEGIN
  UPDATE bailiwick.role SET permissions = permissions || '{token:introspect}'
   WHERE builtin AND name IN ('provider_admin', 'partner_admin', 'customer_admin');
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> 3 THEN
    RAISE EXCEPTION '% administrators'' roles, not 3', changed;
  END IF;
END
$$;
