-- People and machines, each at home in one tenant.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

CREATE TABLE principal (
  id                 uuid NOT NULL,
  tenant_id          uuid NOT NULL,
  tenant_path        text NOT NULL COLLATE "C",
  tenant_boundary    text NOT NULL COLLATE "C",
  kind               text NOT NULL COLLATE "C" CONSTRAINT principal_kind CHECK (kind IN ('user', 'client')),
  state              text NOT NULL COLLATE "C"
                     CONSTRAINT principal_state CHECK (state IN ('invited', 'active', 'suspended', 'terminated')),
  -- What resuming restores.
  state_before       text COLLATE "C" CONSTRAINT principal_state_before CHECK (state_before IN ('invited', 'active')),
  -- Sessions of another epoch are over.
  epoch              integer NOT NULL DEFAULT 1,
  external_id        text COLLATE "C",
  login              text,
  login_key          text COLLATE "C",
  display_name       text NOT NULL,
  name_key           text NOT NULL COLLATE "C",
  email              text,
  email_key          text COLLATE "C",
  dialling_addresses text[] NOT NULL DEFAULT '{}',
  version            bigint NOT NULL DEFAULT 1,
  created_at         timestamptz NOT NULL DEFAULT now(),
  updated_at         timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, tenant_path),
  CONSTRAINT principal_login_key UNIQUE (tenant_id, kind, login_key),
  CONSTRAINT principal_external_key UNIQUE (tenant_id, kind, external_id),
  CONSTRAINT principal_user CHECK (kind <> 'user' OR (login IS NOT NULL AND login_key IS NOT NULL)),
  CONSTRAINT principal_client CHECK (kind <> 'client' OR (login IS NULL AND login_key IS NULL AND email IS NULL
                                                         AND state IN ('active', 'suspended'))),
  CONSTRAINT principal_suspension CHECK ((state = 'suspended') = (state_before IS NOT NULL)),
  CONSTRAINT principal_tenant_fkey FOREIGN KEY (tenant_id, tenant_path, tenant_boundary)
    REFERENCES tenant (id, path, boundary) MATCH FULL ON UPDATE CASCADE
);
-- Lists of a subtree and of a tenant, in their order.
CREATE INDEX principal_users ON principal (tenant_path, id) WHERE kind = 'user';
CREATE INDEX principal_clients ON principal (tenant_path, id) WHERE kind = 'client';
CREATE INDEX principal_external ON principal (external_id, tenant_path) WHERE external_id IS NOT NULL;

CREATE FUNCTION user_view(p principal) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
  RETURN json_build_object(
    'id', p.id, 'tenant_id', p.tenant_id, 'login', p.login, 'display_name', p.display_name, 'email', p.email,
    'dialling_addresses', p.dialling_addresses, 'external_id', p.external_id, 'state', p.state,
    'created_at', rfc3339(p.created_at), 'updated_at', rfc3339(p.updated_at));

CREATE FUNCTION client_view(p principal) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
  RETURN json_build_object(
    'id', p.id, 'tenant_id', p.tenant_id, 'display_name', p.display_name, 'external_id', p.external_id, 'state', p.state,
    'created_at', rfc3339(p.created_at), 'updated_at', rfc3339(p.updated_at));

CREATE TRIGGER principal_touch BEFORE UPDATE ON principal FOR EACH ROW
  WHEN ((OLD.state, OLD.external_id, OLD.login, OLD.display_name, OLD.email, OLD.dialling_addresses, OLD.tenant_id)
        IS DISTINCT FROM
        (NEW.state, NEW.external_id, NEW.login, NEW.display_name, NEW.email, NEW.dialling_addresses, NEW.tenant_id))
  EXECUTE FUNCTION row_touch();

SELECT wall_build('principal', 'tenant_path', 'tenant_boundary');
CREATE POLICY sign_in ON principal FOR SELECT TO bailiwick_auth USING (true);
CREATE POLICY sign_in_change ON principal FOR UPDATE TO bailiwick_auth USING (true) WITH CHECK (true);
CREATE POLICY follow ON principal FOR SELECT TO bailiwick_policy USING (true);

GRANT SELECT, INSERT, DELETE ON principal TO bailiwick_app;
GRANT UPDATE (state, state_before, epoch, external_id, login, login_key, display_name, name_key, email, email_key,
              dialling_addresses, version, updated_at) ON principal TO bailiwick_app;
GRANT SELECT (id, tenant_id, tenant_path, tenant_boundary, kind, state, epoch, login, login_key, display_name, email)
  ON principal TO bailiwick_auth;
GRANT UPDATE (state, epoch) ON principal TO bailiwick_auth;
GRANT SELECT (id, tenant_id, kind, state, epoch) ON principal TO bailiwick_policy;
