-- Roles that tenants make: of what their maker holds, for their own subtree.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

GRANT INSERT (id, tenant_id, tenant_path, tenant_boundary, name, description, permissions, kinds) ON role TO bailiwick_app;
GRANT UPDATE (name, description, permissions, kinds, version, updated_at) ON role TO bailiwick_app;
GRANT DELETE ON role TO bailiwick_app;

-- Whatever a statement says, what is built in stays.
CREATE POLICY builtin_stays ON role AS RESTRICTIVE FOR UPDATE TO bailiwick_app USING (NOT builtin) WITH CHECK (NOT builtin);
CREATE POLICY builtin_remains ON role AS RESTRICTIVE FOR DELETE TO bailiwick_app USING (NOT builtin);

SET LOCAL ROLE bailiwick_migrate;
DO $$
DECLARE
  changed bigint;
BEGIN
  UPDATE bailiwick.role SET permissions = permissions || ARRAY['role:create', 'role:update', 'role:delete']
   WHERE builtin AND name IN ('provider_admin', 'partner_admin');
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> 2 THEN
    RAISE EXCEPTION 'the permissions of roles went to % roles, not to 2', changed;
  END IF;
END
$$;
