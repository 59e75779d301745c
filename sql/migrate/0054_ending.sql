-- Ending tenants and users: what is over stays for a while before it is purged, and its names rest before others get them.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

-- Beside the state, which a restoring brings back as it was.
ALTER TABLE tenant
  ADD COLUMN terminated_at timestamptz,
  -- Until then it can be restored.
  ADD COLUMN purge_due timestamptz,
  -- From then on others may have its names.
  ADD COLUMN names_until timestamptz,
  ADD CONSTRAINT tenant_termination CHECK (num_nonnulls(terminated_at, purge_due, names_until) IN (0, 3));
ALTER TABLE principal
  ADD COLUMN terminated_at timestamptz,
  ADD COLUMN purge_due timestamptz,
  ADD COLUMN names_until timestamptz,
  ADD CONSTRAINT principal_termination CHECK (state = 'terminated' OR num_nonnulls(terminated_at, purge_due, names_until) = 0),
  DROP CONSTRAINT principal_user,
  ADD CONSTRAINT principal_user CHECK (kind <> 'user' OR (login IS NOT NULL AND (login_key IS NOT NULL OR state = 'terminated')));
GRANT UPDATE (terminated_at, purge_due, names_until) ON tenant, principal TO bailiwick_app;
GRANT SELECT (terminated_at) ON tenant TO bailiwick_policy;

-- In one word what it is.
CREATE FUNCTION tenant_state(t tenant) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE WHEN t.terminated_at IS NULL THEN t.state ELSE 'terminated' END;

CREATE OR REPLACE FUNCTION tenant_view(t tenant, low text) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
  RETURN json_build_object(
    'id', t.id, 'parent_id', CASE WHEN t.path > low THEN t.parent_id END, 'kind', t.kind, 'code', t.code,
    'name', t.name, 'external_id', t.external_id, 'state', tenant_state(t), 'suspended_reach', t.suspended_reach,
    'suspended_at', rfc3339(t.suspended_at), 'terminated_at', rfc3339(t.terminated_at), 'purge_due', rfc3339(t.purge_due),
    'created_at', rfc3339(t.created_at), 'updated_at', rfc3339(t.updated_at));

CREATE OR REPLACE FUNCTION user_view(p principal) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
  RETURN json_build_object(
    'id', p.id, 'tenant_id', p.tenant_id, 'login', p.login, 'display_name', p.display_name, 'email', p.email,
    'dialling_addresses', p.dialling_addresses, 'external_id', p.external_id, 'state', p.state,
    'purge_due', rfc3339(p.purge_due), 'created_at', rfc3339(p.created_at), 'updated_at', rfc3339(p.updated_at));

CREATE OR REPLACE FUNCTION user_made(p principal) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
  RETURN json_build_object(
    'id', p.id, 'tenant_id', p.tenant_id, 'login', p.login, 'display_name', p.display_name, 'email', p.email,
    'dialling_addresses', p.dialling_addresses, 'external_id', p.external_id, 'state', p.state,
    'purge_due', rfc3339(p.purge_due), 'created_at', rfc3339(p.created_at));

CREATE OR REPLACE TRIGGER tenant_touch BEFORE UPDATE ON tenant FOR EACH ROW
  WHEN ((OLD.name, OLD.external_id, OLD.state, OLD.suspended_reach, OLD.terminated_at, OLD.kind, OLD.parent_id, OLD.is_boundary)
        IS DISTINCT FROM
        (NEW.name, NEW.external_id, NEW.state, NEW.suspended_reach, NEW.terminated_at, NEW.kind, NEW.parent_id, NEW.is_boundary))
  EXECUTE FUNCTION row_touch();
CREATE OR REPLACE TRIGGER tenant_policy_update AFTER UPDATE ON tenant FOR EACH ROW
  WHEN ((OLD.parent_id, OLD.kind, OLD.state, OLD.suspended_reach, OLD.terminated_at, OLD.is_boundary) IS DISTINCT FROM
        (NEW.parent_id, NEW.kind, NEW.state, NEW.suspended_reach, NEW.terminated_at, NEW.is_boundary))
  EXECUTE FUNCTION policy_event_write('tenant');

-- No wall binds this role.
SET LOCAL ROLE bailiwick_migrate;
UPDATE bailiwick.principal
   SET terminated_at = updated_at, purge_due = updated_at + interval '90 days', names_until = updated_at + interval '90 days'
 WHERE state = 'terminated';
DO $$
DECLARE
  changed bigint;
BEGIN
  UPDATE bailiwick.role SET permissions = permissions || ARRAY['tenant:terminate']
   WHERE builtin AND name IN ('provider_admin', 'partner_admin');
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> 2 THEN
    RAISE EXCEPTION 'tenant:terminate went to % roles, not to 2', changed;
  END IF;
END
$$;
-- What follows may have to alter the tables.
SET CONSTRAINTS ALL IMMEDIATE;
