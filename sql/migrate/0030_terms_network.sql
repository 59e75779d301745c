-- From where people and clients may come is for the gate of every process to know at every request: followers read it with the terms.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

DROP TRIGGER tenant_setting_terms_insert ON tenant_setting;
DROP TRIGGER tenant_setting_terms_update ON tenant_setting;
DROP TRIGGER tenant_setting_terms_delete ON tenant_setting;
CREATE TRIGGER tenant_setting_terms_insert AFTER INSERT ON tenant_setting FOR EACH ROW
  WHEN (NEW.section = 'security' AND NEW.name ~ '_(second_factor|factor_age)$|^networks$')
  EXECUTE FUNCTION policy_event_write_terms();
CREATE TRIGGER tenant_setting_terms_update AFTER UPDATE ON tenant_setting FOR EACH ROW
  WHEN (NEW.section = 'security' AND NEW.name ~ '_(second_factor|factor_age)$|^networks$' AND OLD.value IS DISTINCT FROM NEW.value)
  EXECUTE FUNCTION policy_event_write_terms();
CREATE TRIGGER tenant_setting_terms_delete AFTER DELETE ON tenant_setting FOR EACH ROW
  WHEN (OLD.section = 'security' AND OLD.name ~ '_(second_factor|factor_age)$|^networks$')
  EXECUTE FUNCTION policy_event_write_terms();

CREATE TRIGGER principal_terms_insert AFTER INSERT ON principal FOR EACH ROW WHEN (NEW.networks IS NOT NULL)
  EXECUTE FUNCTION policy_event_write('terms');
CREATE TRIGGER principal_terms_update AFTER UPDATE ON principal FOR EACH ROW WHEN (OLD.networks IS DISTINCT FROM NEW.networks)
  EXECUTE FUNCTION policy_event_write('terms');
CREATE TRIGGER principal_terms_delete AFTER DELETE ON principal FOR EACH ROW WHEN (OLD.networks IS NOT NULL)
  EXECUTE FUNCTION policy_event_write('terms');

-- Few have any.
CREATE INDEX principal_networks ON principal (id, tenant_path) WHERE networks IS NOT NULL;
GRANT SELECT (networks) ON principal TO bailiwick_policy;
