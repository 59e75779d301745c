-- What was a password once, for tenants that refuse it a second time, and whether the one of today was chosen by who has it.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

ALTER TABLE vault.credential ADD COLUMN chosen boolean NOT NULL DEFAULT true;

CREATE TABLE vault.password_history (
  id              uuid NOT NULL DEFAULT gen_random_uuid(),
  principal_id    uuid NOT NULL,
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  password_hash   text NOT NULL,
  -- From when it no longer was the password.
  created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (id, tenant_path),
  CONSTRAINT password_history_tenant_fkey FOREIGN KEY (tenant_id, tenant_path, tenant_boundary)
    REFERENCES tenant (id, path, boundary) MATCH FULL ON UPDATE CASCADE,
  CONSTRAINT password_history_principal_fkey FOREIGN KEY (principal_id, tenant_path)
    REFERENCES principal (id, tenant_path) MATCH FULL ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX password_history_tenant ON vault.password_history (tenant_id);
CREATE INDEX password_history_principal ON vault.password_history (principal_id, tenant_path, created_at);

SELECT wall_build('vault.password_history', 'tenant_path', 'tenant_boundary');
CREATE POLICY sign_in ON vault.password_history FOR ALL TO bailiwick_auth USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, DELETE ON vault.password_history TO bailiwick_auth;
