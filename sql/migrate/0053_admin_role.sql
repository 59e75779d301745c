-- Which built-in role runs a tenant of a kind: a tenant is never left without somebody who holds it.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

ALTER TABLE role ADD COLUMN admin_of text COLLATE "C"
  CONSTRAINT role_admin_of CHECK (admin_of IS NULL OR builtin AND admin_of IN ('provider', 'partner', 'customer'));
CREATE UNIQUE INDEX role_admin ON role (admin_of) WHERE admin_of IS NOT NULL;

-- What people did to people: whoever made somebody cannot alone make them the one who runs a tenant.
CREATE INDEX audit_event_touched ON audit_event (object_id, actor_id)
  WHERE actor_kind = 'user' AND object_kind = 'user' AND outcome = 'done';

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
