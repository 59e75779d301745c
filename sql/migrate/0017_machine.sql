-- Where clients may come from, and by what else than a secret: assertions, each good once.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

-- NULL: from anywhere.
ALTER TABLE principal ADD COLUMN networks cidr[];
ALTER TABLE principal ADD CONSTRAINT principal_networks
  CHECK (networks IS NULL OR (kind = 'client' AND cardinality(networks) BETWEEN 1 AND 32 AND array_position(networks, NULL) IS NULL));
GRANT UPDATE (networks) ON principal TO bailiwick_app;
GRANT SELECT (networks) ON principal TO bailiwick_auth;

CREATE OR REPLACE FUNCTION client_view(p principal) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
  RETURN json_build_object(
    'id', p.id, 'tenant_id', p.tenant_id, 'display_name', p.display_name, 'external_id', p.external_id, 'state', p.state,
    'networks', coalesce(p.networks, '{}'), 'created_at', rfc3339(p.created_at), 'updated_at', rfc3339(p.updated_at));

DROP TRIGGER principal_touch ON principal;
CREATE TRIGGER principal_touch BEFORE UPDATE ON principal FOR EACH ROW
  WHEN ((OLD.state, OLD.external_id, OLD.login, OLD.display_name, OLD.email, OLD.dialling_addresses, OLD.tenant_id, OLD.networks)
        IS DISTINCT FROM
        (NEW.state, NEW.external_id, NEW.login, NEW.display_name, NEW.email, NEW.dialling_addresses, NEW.tenant_id, NEW.networks))
  EXECUTE FUNCTION row_touch();

-- Assertions that were used, by a digest of whose and which: kept for as long as one could come again.
CREATE TABLE vault.assertion (
  digest     bytea PRIMARY KEY,
  expires_at timestamptz NOT NULL
);
CREATE INDEX assertion_age ON vault.assertion (expires_at);
GRANT SELECT, INSERT, DELETE ON vault.assertion TO bailiwick_auth;
