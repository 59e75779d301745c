-- What proves who somebody is. Only bailiwick_auth reads here.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

CREATE TABLE vault.credential (
  principal_id    uuid NOT NULL,
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  password_hash   text NOT NULL,
  changed_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (principal_id, tenant_path)
);

CREATE TABLE vault.client_secret (
  id              uuid NOT NULL,
  principal_id    uuid NOT NULL,
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  digest          bytea NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, tenant_path)
);

CREATE TABLE vault.invitation (
  id              uuid NOT NULL,
  principal_id    uuid NOT NULL,
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  digest          bytea NOT NULL CONSTRAINT invitation_digest_key UNIQUE,
  expires_at      timestamptz NOT NULL,
  used_at         timestamptz,
  created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (id, tenant_path)
);

CREATE TABLE vault.totp (
  id              uuid NOT NULL,
  principal_id    uuid NOT NULL,
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  sealed_seed     bytea NOT NULL,
  confirmed_at    timestamptz,
  -- The newest accepted time step: a code of it or before is spent.
  last_step       bigint NOT NULL DEFAULT 0,
  failures        integer NOT NULL DEFAULT 0,
  created_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, tenant_path)
);
CREATE UNIQUE INDEX totp_one_confirmed ON vault.totp (principal_id) WHERE confirmed_at IS NOT NULL;

CREATE TABLE vault.session (
  id              uuid NOT NULL,
  principal_id    uuid NOT NULL,
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  epoch           integer NOT NULL,
  strength        smallint NOT NULL CONSTRAINT session_strength CHECK (strength IN (1, 2)),
  audience        text NOT NULL COLLATE "C",
  created_at      timestamptz NOT NULL DEFAULT now(),
  expires_at      timestamptz NOT NULL,
  ended_at        timestamptz,
  address         text COLLATE "C",
  PRIMARY KEY (id, tenant_path)
);
CREATE INDEX session_ended ON vault.session (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE vault.refresh (
  digest          bytea NOT NULL,
  session_id      uuid NOT NULL,
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  expires_at      timestamptz NOT NULL,
  used_at         timestamptz,
  PRIMARY KEY (digest, tenant_path),
  CONSTRAINT refresh_session_fkey FOREIGN KEY (session_id, tenant_path)
    REFERENCES vault.session (id, tenant_path) MATCH FULL ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX refresh_session ON vault.refresh (session_id);

-- Attempts, by an HMAC of whom they concern: no name and no address stands here.
CREATE TABLE vault.throttle (
  subject    bytea PRIMARY KEY,
  failures   integer NOT NULL,
  since      timestamptz NOT NULL,
  blocked_until timestamptz
);
CREATE INDEX throttle_age ON vault.throttle (since);
GRANT SELECT, INSERT, UPDATE, DELETE ON vault.throttle TO bailiwick_auth;

DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['credential', 'client_secret', 'invitation', 'totp', 'session', 'refresh'] LOOP
    EXECUTE format('ALTER TABLE vault.%1$I ADD CONSTRAINT %1$s_tenant_fkey
                      FOREIGN KEY (tenant_id, tenant_path, tenant_boundary)
                      REFERENCES tenant (id, path, boundary) MATCH FULL ON UPDATE CASCADE', t);
    EXECUTE format('CREATE INDEX %1$s_tenant ON vault.%1$I (tenant_id)', t);
    PERFORM wall_build(format('vault.%I', t)::regclass, 'tenant_path', 'tenant_boundary');
    EXECUTE format('CREATE POLICY sign_in ON vault.%I FOR ALL TO bailiwick_auth USING (true) WITH CHECK (true)', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON vault.%I TO bailiwick_auth', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['credential', 'client_secret', 'invitation', 'totp', 'session'] LOOP
    EXECUTE format('ALTER TABLE vault.%1$I ADD CONSTRAINT %1$s_principal_fkey FOREIGN KEY (principal_id, tenant_path)
                      REFERENCES principal (id, tenant_path) MATCH FULL ON UPDATE CASCADE ON DELETE CASCADE', t);
    EXECUTE format('CREATE INDEX %1$s_principal ON vault.%1$I (principal_id, tenant_path)', t);
  END LOOP;
END
$$;

-- An administrator's request puts these in; it reads nothing back.
GRANT INSERT ON vault.invitation, vault.client_secret TO bailiwick_app;

-- Followers learn which sessions are over, and nothing else.
CREATE POLICY follow ON vault.session FOR SELECT TO bailiwick_policy USING (true);
GRANT SELECT (id, ended_at) ON vault.session TO bailiwick_policy;
CREATE TRIGGER session_policy AFTER UPDATE ON vault.session FOR EACH ROW
  WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL)
  EXECUTE FUNCTION policy_event_write('session');
