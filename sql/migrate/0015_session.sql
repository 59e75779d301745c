-- Sessions are their tenant's rows, which its administrators see and end. A session proves nothing: its id opens nothing, and the
-- digests of its refresh tokens stay in the vault.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

ALTER TABLE vault.session SET SCHEMA bailiwick;
ALTER TABLE session
  -- When its newest tokens were made, and when it is over unless newer ones are made before.
  ADD COLUMN refreshed_at timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN idle_at timestamptz NOT NULL DEFAULT 'infinity';
CREATE INDEX session_living ON session (principal_id, tenant_path, id) WHERE ended_at IS NULL;

-- Its address is for its own user alone: who may see that somebody is signed in need not learn where they are.
CREATE FUNCTION session_view(s session, asking uuid, own boolean) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
  RETURN CASE
    WHEN own THEN json_build_object(
      'id', s.id, 'audience', s.audience, 'strength', CASE s.strength WHEN 2 THEN 'two_factors' ELSE 'single' END,
      'current', s.id = asking, 'created_at', rfc3339(s.created_at), 'refreshed_at', rfc3339(s.refreshed_at),
      'idle_at', rfc3339(least(s.idle_at, s.expires_at)), 'expires_at', rfc3339(s.expires_at), 'address', s.address)
    ELSE json_build_object(
      'id', s.id, 'audience', s.audience, 'strength', CASE s.strength WHEN 2 THEN 'two_factors' ELSE 'single' END,
      'current', s.id = asking, 'created_at', rfc3339(s.created_at), 'refreshed_at', rfc3339(s.refreshed_at),
      'idle_at', rfc3339(least(s.idle_at, s.expires_at)), 'expires_at', rfc3339(s.expires_at))
    END;

GRANT SELECT, UPDATE (ended_at) ON session TO bailiwick_app;

-- For processes of the version before, and gone with the next.
CREATE VIEW vault.session WITH (security_invoker = true) AS SELECT * FROM session;
GRANT SELECT, INSERT, UPDATE, DELETE ON vault.session TO bailiwick_auth;

SET LOCAL ROLE bailiwick_migrate;
DO $$
DECLARE
  changed bigint;
BEGIN
  UPDATE bailiwick.role SET permissions = permissions || '{session:read,session:revoke}'
   WHERE builtin AND name IN ('provider_admin', 'partner_admin', 'customer_admin');
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> 3 THEN
    RAISE EXCEPTION '% administrators'' roles, not 3', changed;
  END IF;
  UPDATE bailiwick.role SET permissions = permissions || '{session:read}' WHERE builtin AND name IN ('auditor');
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> 1 THEN
    RAISE EXCEPTION '% auditors'' roles, not 1', changed;
  END IF;
  -- Who helps somebody that was robbed throws everybody out, and need not see who was there.
  UPDATE bailiwick.role SET permissions = permissions || '{session:revoke}' WHERE builtin AND name IN ('helpdesk');
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> 1 THEN
    RAISE EXCEPTION '% helpdesks'' roles, not 1', changed;
  END IF;
END
$$;
