-- Which built-in role runs a tenant of a kind: a tenant is never left without somebody who holds it.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

ALTER TABLE role ADD COLUMN admin_of text COLLATE "C"
  CONSTRAINT role_admin_of CHECK (admin_of IS NULL OR builtin AND admin_of IN ('provider', 'partner', 'customer'));
CREATE UNIQUE INDEX role_admin ON role (admin_of) WHERE admin_of IS NOT NULL;

SET LOCAL ROLE bailiwick_migrate;
DO $$
DECLARE
  changed bigint;
BEGIN
  UPDATE bailiwick.role SET admin_of = left(name, -6)
   WHERE builtin AND name IN ('provider_admin', 'partner_admin', 'customer_admin');
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> 3 THEN
    RAISE EXCEPTION '% roles run a kind of tenant, not 3', changed;
  END IF;
END
$$;
