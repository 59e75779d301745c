-- What a tenant asks of the sessions of one portal is for the gate of every process to know at every request, as what it asks of all.
-- Few tenants ask anything: it is a fact of its own, so that a load of the whole does not look for it at every tenant.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

CREATE FUNCTION policy_event_write_terms() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = bailiwick, pg_temp AS $$
BEGIN
  INSERT INTO policy_event (kind, object) VALUES ('terms', CASE TG_OP WHEN 'DELETE' THEN OLD.tenant_id ELSE NEW.tenant_id END);
  RETURN NULL;
END
$$;
CREATE TRIGGER tenant_setting_terms_insert AFTER INSERT ON tenant_setting FOR EACH ROW
  WHEN (NEW.section = 'security' AND NEW.name ~ '_(second_factor|factor_age)$')
  EXECUTE FUNCTION policy_event_write_terms();
CREATE TRIGGER tenant_setting_terms_update AFTER UPDATE ON tenant_setting FOR EACH ROW
  WHEN (NEW.section = 'security' AND NEW.name ~ '_(second_factor|factor_age)$' AND OLD.value IS DISTINCT FROM NEW.value)
  EXECUTE FUNCTION policy_event_write_terms();
CREATE TRIGGER tenant_setting_terms_delete AFTER DELETE ON tenant_setting FOR EACH ROW
  WHEN (OLD.section = 'security' AND OLD.name ~ '_(second_factor|factor_age)$')
  EXECUTE FUNCTION policy_event_write_terms();
