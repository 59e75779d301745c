-- Settings of tenants: each holds in its tenant's subtree, and what stands below may only be tighter. What is in force
-- somewhere is the fold of the rows from the root down to there: nothing below is rewritten when something above changes.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

CREATE TABLE tenant_setting (
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  -- The group that is read and changed together, and the name within it; what there is, and which way is tighter, is known
  -- to the service alone (server/domain/setting.def), so that a newer one can have more.
  section         text NOT NULL COLLATE "C",
  name            text NOT NULL COLLATE "C",
  value           jsonb NOT NULL,
  updated_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_path, section, name),
  CONSTRAINT tenant_setting_value CHECK (jsonb_typeof(value) IN ('number', 'boolean', 'string', 'array')),
  CONSTRAINT tenant_setting_tenant_fkey FOREIGN KEY (tenant_id, tenant_path, tenant_boundary)
    REFERENCES tenant (id, path, boundary) MATCH FULL ON UPDATE CASCADE
);
CREATE INDEX tenant_setting_tenant ON tenant_setting (tenant_id);

-- As the service reads it: a list's items are lines.
CREATE FUNCTION setting_text(value jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE jsonb_typeof(value) WHEN 'array' THEN array_to_string(ARRAY(SELECT jsonb_array_elements_text(value)), E'\n')
                                  ELSE value #>> '{}' END;

SELECT wall_build('tenant_setting', 'tenant_path', 'tenant_boundary');
-- What is set above flows down; whose it is, the statements do not tell.
CREATE POLICY flows_down ON tenant_setting FOR SELECT TO bailiwick_app
  USING (tenant_path = ANY ((SELECT NULLIF(current_setting('bailiwick.ancestors', true), ''))::text[]));
CREATE POLICY sign_in ON tenant_setting FOR SELECT TO bailiwick_auth USING (true);
GRANT SELECT, INSERT, DELETE, UPDATE (value, updated_at) ON tenant_setting TO bailiwick_app;
GRANT SELECT ON tenant_setting TO bailiwick_auth;

SET LOCAL ROLE bailiwick_migrate;
DO $$
DECLARE
  changed bigint;
BEGIN
  UPDATE bailiwick.role SET permissions = permissions || '{security_policy:read,security_policy:update}'
   WHERE builtin AND name IN ('provider_admin', 'partner_admin', 'customer_admin');
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> 3 THEN
    RAISE EXCEPTION '% administrators'' roles, not 3', changed;
  END IF;
  UPDATE bailiwick.role SET permissions = permissions || '{security_policy:read}'
   WHERE builtin AND name IN ('helpdesk', 'auditor');
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> 2 THEN
    RAISE EXCEPTION '% roles that read, not 2', changed;
  END IF;
END
$$;
-- What follows may have to alter the table.
SET CONSTRAINTS ALL IMMEDIATE;
