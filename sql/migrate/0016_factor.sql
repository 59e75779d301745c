-- Second factors: several authenticators a user, and recovery codes for the day on which none of them is at hand.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

-- That a user has second factors, and nothing of them. Whoever may not read the vault takes them all away by deleting this row:
-- all that the vault holds of them hangs on it.
CREATE TABLE second_factor (
  principal_id    uuid NOT NULL,
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  created_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (principal_id, tenant_path),
  CONSTRAINT second_factor_tenant_fkey FOREIGN KEY (tenant_id, tenant_path, tenant_boundary)
    REFERENCES tenant (id, path, boundary) MATCH FULL ON UPDATE CASCADE,
  CONSTRAINT second_factor_principal_fkey FOREIGN KEY (principal_id, tenant_path)
    REFERENCES principal (id, tenant_path) MATCH FULL ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX second_factor_tenant ON second_factor (tenant_id);
SELECT wall_build('second_factor', 'tenant_path', 'tenant_boundary');
CREATE POLICY sign_in ON second_factor FOR ALL TO bailiwick_auth USING (true) WITH CHECK (true);
GRANT SELECT, DELETE ON second_factor TO bailiwick_app;
-- UPDATE for the lock alone.
GRANT SELECT, INSERT, UPDATE, DELETE ON second_factor TO bailiwick_auth;

-- Those there are. No wall binds this role.
SET LOCAL ROLE bailiwick_migrate;
DO $$
DECLARE
  had bigint := (SELECT count(DISTINCT principal_id) FROM vault.totp);
  made bigint;
BEGIN
  INSERT INTO bailiwick.second_factor (principal_id, tenant_id, tenant_path, tenant_boundary)
  SELECT DISTINCT principal_id, tenant_id, tenant_path, tenant_boundary FROM vault.totp;
  GET DIAGNOSTICS made = ROW_COUNT;
  IF made <> had THEN
    RAISE EXCEPTION '% users with second factors became %', had, made;
  END IF;
END
$$;
SET CONSTRAINTS ALL IMMEDIATE;

SET LOCAL ROLE bailiwick_owner;
DROP INDEX vault.totp_one_confirmed;
ALTER TABLE vault.totp
  ADD COLUMN name text NOT NULL DEFAULT 'Authenticator',
  ADD COLUMN algorithm text NOT NULL DEFAULT 'SHA1' COLLATE "C"
    CONSTRAINT totp_algorithm CHECK (algorithm IN ('SHA1', 'SHA256', 'SHA512')),
  ADD COLUMN digits smallint NOT NULL DEFAULT 6 CONSTRAINT totp_digits CHECK (digits IN (6, 8)),
  -- Of the principal when it was enrolled: what ends their sessions ends an enrolment that is not confirmed.
  ADD COLUMN epoch integer NOT NULL DEFAULT 0,
  ADD COLUMN last_used_at timestamptz,
  ADD CONSTRAINT totp_factor_fkey FOREIGN KEY (principal_id, tenant_path)
    REFERENCES second_factor (principal_id, tenant_path) MATCH FULL ON UPDATE CASCADE ON DELETE CASCADE;

-- A user's recovery codes: one set, which stands for one authenticator.
CREATE TABLE vault.recovery (
  id              uuid NOT NULL,
  principal_id    uuid NOT NULL,
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  -- Of the codes that are left.
  hashes          text[] NOT NULL COLLATE "C",
  failures        integer NOT NULL DEFAULT 0,
  created_at      timestamptz NOT NULL DEFAULT now(),
  last_used_at    timestamptz,
  PRIMARY KEY (id, tenant_path),
  CONSTRAINT recovery_one UNIQUE (principal_id, tenant_path),
  CONSTRAINT recovery_tenant_fkey FOREIGN KEY (tenant_id, tenant_path, tenant_boundary)
    REFERENCES tenant (id, path, boundary) MATCH FULL ON UPDATE CASCADE,
  CONSTRAINT recovery_factor_fkey FOREIGN KEY (principal_id, tenant_path)
    REFERENCES second_factor (principal_id, tenant_path) MATCH FULL ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX recovery_tenant ON vault.recovery (tenant_id);
SELECT wall_build('vault.recovery', 'tenant_path', 'tenant_boundary');
CREATE POLICY sign_in ON vault.recovery FOR ALL TO bailiwick_auth USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON vault.recovery TO bailiwick_auth;

-- How often an authenticator may be tried in vain, ever (NIST SP 800-63B-4 section 3.2.2): with that it is disabled.
CREATE FUNCTION factor_failures() RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN 100;

CREATE FUNCTION totp_view(t vault.totp) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
  RETURN json_build_object(
    'id', t.id, 'kind', 'totp', 'name', t.name, 'algorithm', t.algorithm, 'digits', t.digits,
    'disabled', t.failures >= factor_failures(), 'confirmed_at', rfc3339(t.confirmed_at), 'last_used_at', rfc3339(t.last_used_at));

CREATE FUNCTION recovery_view(r vault.recovery) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
  RETURN json_build_object(
    'remaining', cardinality(r.hashes), 'disabled', r.failures >= factor_failures(), 'created_at', rfc3339(r.created_at),
    'last_used_at', rfc3339(r.last_used_at));

-- Who let somebody set a new password, and who took somebody's factors away: nobody does both to one account within a day.
CREATE TABLE account_reset (
  id              uuid NOT NULL,
  principal_id    uuid NOT NULL,
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  kind            text NOT NULL COLLATE "C" CONSTRAINT account_reset_kind CHECK (kind IN ('password', 'factor')),
  actor_id        uuid NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, tenant_path),
  CONSTRAINT account_reset_tenant_fkey FOREIGN KEY (tenant_id, tenant_path, tenant_boundary)
    REFERENCES tenant (id, path, boundary) MATCH FULL ON UPDATE CASCADE,
  CONSTRAINT account_reset_principal_fkey FOREIGN KEY (principal_id, tenant_path)
    REFERENCES principal (id, tenant_path) MATCH FULL ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX account_reset_tenant ON account_reset (tenant_id);
CREATE INDEX account_reset_principal ON account_reset (principal_id, tenant_path, created_at);
SELECT wall_build('account_reset', 'tenant_path', 'tenant_boundary');
CREATE POLICY sign_in ON account_reset FOR ALL TO bailiwick_auth USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON account_reset TO bailiwick_app;
GRANT SELECT, DELETE ON account_reset TO bailiwick_auth;

SET LOCAL ROLE bailiwick_migrate;
DO $$
DECLARE
  changed bigint;
BEGIN
  UPDATE bailiwick.role SET permissions = permissions || ARRAY['factor:reset']
   WHERE builtin AND name IN ('provider_admin', 'partner_admin', 'customer_admin');
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> 3 THEN
    RAISE EXCEPTION 'factor:reset went to % roles, not to 3', changed;
  END IF;
END
$$;
