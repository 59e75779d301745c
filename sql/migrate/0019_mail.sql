-- One-time links that go out by mail, and what a person is told of what became of their account.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

-- A token opens one flow and no other. Who had it made: nobody where the person asked for it themselves.
ALTER TABLE vault.invitation
  ADD COLUMN purpose text NOT NULL DEFAULT 'invitation' COLLATE "C"
             CONSTRAINT invitation_purpose CHECK (purpose IN ('invitation', 'reset')),
  ADD COLUMN issued_by uuid;

-- Mails on their way. A one-time token stands here sealed, for as long as it is not delivered.
CREATE TABLE vault.outbox (
  id              uuid NOT NULL,
  principal_id    uuid NOT NULL,
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  kind            text NOT NULL COLLATE "C",
  recipient       text NOT NULL,
  sealed_token    bytea,
  -- Where from it was done, where the person is to know.
  address         text COLLATE "C",
  happened_at     timestamptz NOT NULL,
  -- Nobody tries after that.
  expires_at      timestamptz NOT NULL,
  -- Whoever takes one puts this off: who dies with it delays it, and loses nothing.
  next_at         timestamptz NOT NULL DEFAULT now(),
  attempts        integer NOT NULL DEFAULT 0,
  refusals        integer NOT NULL DEFAULT 0,
  ended_at        timestamptz,
  outcome         text COLLATE "C" CONSTRAINT outbox_outcome CHECK (outcome IN ('sent', 'given_up')),
  PRIMARY KEY (id, tenant_path),
  CONSTRAINT outbox_end CHECK ((ended_at IS NULL) = (outcome IS NULL) AND (ended_at IS NULL OR sealed_token IS NULL)),
  CONSTRAINT outbox_tenant_fkey FOREIGN KEY (tenant_id, tenant_path, tenant_boundary)
    REFERENCES tenant (id, path, boundary) MATCH FULL ON UPDATE CASCADE,
  CONSTRAINT outbox_principal_fkey FOREIGN KEY (principal_id, tenant_path)
    REFERENCES principal (id, tenant_path) MATCH FULL ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX outbox_tenant ON vault.outbox (tenant_id);
CREATE INDEX outbox_principal ON vault.outbox (principal_id, tenant_path);
CREATE INDEX outbox_due ON vault.outbox (next_at) WHERE ended_at IS NULL;
CREATE INDEX outbox_ended ON vault.outbox (ended_at) WHERE ended_at IS NOT NULL;
SELECT wall_build('vault.outbox', 'tenant_path', 'tenant_boundary');
CREATE POLICY sign_in ON vault.outbox FOR ALL TO bailiwick_auth USING (true) WITH CHECK (true);
-- A change puts its mails in, and reads nothing back.
GRANT INSERT ON vault.outbox TO bailiwick_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON vault.outbox TO bailiwick_auth;

-- Who cannot sign in and says so, known or not: looked up later, by a job, so that the answer is one. What was typed stands
-- here sealed; the subject is an HMAC of it, so that the same again is no second request.
CREATE TABLE vault.reset_request (
  subject    bytea PRIMARY KEY,
  sealed     bytea NOT NULL,
  address    text COLLATE "C",
  request_id text COLLATE "C",
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX reset_request_age ON vault.reset_request (created_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON vault.reset_request TO bailiwick_auth;

-- By what people are looked for who do not know their login.
CREATE INDEX principal_email ON principal (tenant_id, email_key) WHERE email_key IS NOT NULL;
GRANT SELECT (email_key) ON principal TO bailiwick_auth;

-- No wall binds this role.
SET LOCAL ROLE bailiwick_migrate;
DO $$
DECLARE
  changed bigint;
BEGIN
  UPDATE bailiwick.role SET permissions = permissions || '{credential:reset}'
   WHERE builtin AND name IN ('provider_admin', 'partner_admin', 'customer_admin', 'helpdesk');
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> 4 THEN
    RAISE EXCEPTION '% roles may reset passwords, not 4', changed;
  END IF;
END
$$;
