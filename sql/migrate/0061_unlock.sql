-- A helpdesk sees how somebody signs in and what keeps them out, and lifts what failed attempts have put on their account.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

ALTER TABLE principal ADD COLUMN unlocked_at timestamptz;
GRANT UPDATE (unlocked_at) ON principal TO bailiwick_app;
GRANT SELECT (unlocked_at) ON principal TO bailiwick_auth;
ALTER TABLE vault.credential ADD COLUMN signed_in_at timestamptz;

SET LOCAL ROLE bailiwick_migrate;
DO $$
DECLARE
  changed bigint;
BEGIN
  UPDATE bailiwick.role SET permissions = permissions || ARRAY['user:unlock']
   WHERE builtin AND name IN ('provider_admin', 'partner_admin', 'customer_admin');
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> 3 THEN
    RAISE EXCEPTION 'user:unlock went to % roles, not to 3', changed;
  END IF;
  UPDATE bailiwick.role SET permissions = permissions || ARRAY['user:unlock', 'session:read']
   WHERE builtin AND name IN ('helpdesk');
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> 1 THEN
    RAISE EXCEPTION '% roles are the helpdesk, not 1', changed;
  END IF;
END
$$;
