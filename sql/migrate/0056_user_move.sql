-- A user goes to another tenant: what hangs on a person hangs on the whole of where they are at home, so that the keys carry it along.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

GRANT UPDATE (tenant_id, tenant_path, tenant_boundary) ON principal TO bailiwick_app;

ALTER TABLE principal ADD CONSTRAINT principal_home UNIQUE (id, tenant_id, tenant_path, tenant_boundary);
ALTER TABLE session ADD CONSTRAINT session_home UNIQUE (id, tenant_id, tenant_path, tenant_boundary);
ALTER TABLE second_factor ADD CONSTRAINT second_factor_home UNIQUE (principal_id, tenant_id, tenant_path, tenant_boundary);

DO $$
DECLARE
  k record;
BEGIN
  FOR k IN SELECT * FROM (VALUES
      ('vault.credential', 'credential_principal_fkey', 'principal_id', 'principal', 'id'),
      ('vault.password_history', 'password_history_principal_fkey', 'principal_id', 'principal', 'id'),
      ('vault.invitation', 'invitation_principal_fkey', 'principal_id', 'principal', 'id'),
      ('vault.outbox', 'outbox_principal_fkey', 'principal_id', 'principal', 'id'),
      ('vault.known', 'known_principal_fkey', 'principal_id', 'principal', 'id'),
      ('vault.totp', 'totp_principal_fkey', 'principal_id', 'principal', 'id'),
      ('session', 'session_principal_fkey', 'principal_id', 'principal', 'id'),
      ('second_factor', 'second_factor_principal_fkey', 'principal_id', 'principal', 'id'),
      ('account_reset', 'account_reset_principal_fkey', 'principal_id', 'principal', 'id'),
      ('vault.totp', 'totp_factor_fkey', 'principal_id', 'second_factor', 'principal_id'),
      ('vault.recovery', 'recovery_factor_fkey', 'principal_id', 'second_factor', 'principal_id'),
      ('vault.refresh', 'refresh_session_fkey', 'session_id', 'session', 'id')
    ) AS x (target, name, member, referred, id) LOOP
    EXECUTE format('ALTER TABLE %1$s DROP CONSTRAINT %2$I, ADD CONSTRAINT %2$I
                      FOREIGN KEY (%3$I, tenant_id, tenant_path, tenant_boundary)
                      REFERENCES %4$I (%5$I, tenant_id, tenant_path, tenant_boundary)
                      MATCH FULL ON UPDATE CASCADE ON DELETE CASCADE', k.target, k.name, k.member, k.referred, k.id);
  END LOOP;
END
$$;

SET LOCAL ROLE bailiwick_migrate;
DO $$
DECLARE
  changed bigint;
BEGIN
  UPDATE bailiwick.role SET permissions = permissions || ARRAY['user:move']
   WHERE builtin AND name IN ('provider_admin', 'partner_admin');
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> 2 THEN
    RAISE EXCEPTION 'user:move went to % roles, not to 2', changed;
  END IF;
END
$$;
SET CONSTRAINTS ALL IMMEDIATE;
