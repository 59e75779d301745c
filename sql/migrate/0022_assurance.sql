-- Of whom a second factor is asked, and how long one counts, is for the gate of every process to know at every request: followers
-- read it with the tenant, and learn of a change of it as of any change of the tenant.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

-- By the owner's right, as policy_event_write, whose rows have an id of their own.
CREATE FUNCTION policy_event_write_setting() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = bailiwick, pg_temp AS $$
BEGIN
  INSERT INTO policy_event (kind, object) VALUES ('tenant', CASE TG_OP WHEN 'DELETE' THEN OLD.tenant_id ELSE NEW.tenant_id END);
  RETURN NULL;
END
$$;
CREATE TRIGGER tenant_setting_policy_insert AFTER INSERT ON tenant_setting FOR EACH ROW
  WHEN (NEW.section = 'security' AND NEW.name IN ('second_factor', 'factor_age'))
  EXECUTE FUNCTION policy_event_write_setting();
CREATE TRIGGER tenant_setting_policy_update AFTER UPDATE ON tenant_setting FOR EACH ROW
  WHEN (NEW.section = 'security' AND NEW.name IN ('second_factor', 'factor_age') AND OLD.value IS DISTINCT FROM NEW.value)
  EXECUTE FUNCTION policy_event_write_setting();
CREATE TRIGGER tenant_setting_policy_delete AFTER DELETE ON tenant_setting FOR EACH ROW
  WHEN (OLD.section = 'security' AND OLD.name IN ('second_factor', 'factor_age'))
  EXECUTE FUNCTION policy_event_write_setting();

CREATE POLICY follow ON tenant_setting FOR SELECT TO bailiwick_policy USING (true);
GRANT SELECT (tenant_id, section, name, value) ON tenant_setting TO bailiwick_policy;

-- Nobody asks by the old name any more.
DROP VIEW vault.session;
