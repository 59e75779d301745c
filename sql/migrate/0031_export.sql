-- Reading users in bulk, and how an export names a tenant.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

-- By its external_id; the tenant that is exported, which begins at low, by none where it has none, since that is where the
-- rows are loaded; another by its id: as good a name as any to a reader, and to an import the name of nothing.
CREATE FUNCTION export_name(t tenant, low text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN CASE WHEN t.external_id IS NOT NULL THEN t.external_id WHEN t.path <> low THEN 'id:' || t.id END;

SET LOCAL ROLE bailiwick_migrate;
DO $$
DECLARE
  changed bigint;
BEGIN
  UPDATE bailiwick.role SET permissions = permissions || ARRAY['user:export']
   WHERE builtin AND name IN ('provider_admin', 'partner_admin', 'customer_admin');
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> 3 THEN
    RAISE EXCEPTION 'user:export went to % roles, not to 3', changed;
  END IF;
END
$$;
