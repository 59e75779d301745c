-- What the snapshot follows: one event a change, numbered in the order of commits.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

CREATE TABLE installation (
  single       boolean PRIMARY KEY DEFAULT true CONSTRAINT installation_single CHECK (single),
  -- A restore changes it: followers then reload.
  policy_epoch uuid NOT NULL DEFAULT gen_random_uuid(),
  -- Names the master key under which secrets are sealed, once the first process has brought one.
  master_key   uuid,
  created_at   timestamptz NOT NULL DEFAULT now()
);
INSERT INTO installation DEFAULT VALUES;

CREATE SEQUENCE policy_revision_seq;
CREATE TABLE policy_event (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  revision   bigint,
  xid        xid8 NOT NULL DEFAULT pg_current_xact_id(),
  kind       text NOT NULL COLLATE "C",
  object     uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX policy_event_revision ON policy_event (revision);
CREATE INDEX policy_event_unordered ON policy_event (xid) WHERE revision IS NULL;

-- Written by the owner's right, so that no path to the tables can leave it out or forge it.
CREATE FUNCTION policy_event_write() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = bailiwick, pg_temp AS $$
BEGIN
  INSERT INTO policy_event (kind, object) VALUES (TG_ARGV[0], CASE TG_OP WHEN 'DELETE' THEN OLD.id ELSE NEW.id END);
  RETURN NULL;
END
$$;

-- Numbers this transaction's events. The lock is held until the commit is done: revisions become visible in their order.
CREATE FUNCTION policy_event_number() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = bailiwick, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('bailiwick policy order'));
  UPDATE policy_event SET revision = nextval('policy_revision_seq')
   WHERE xid = pg_current_xact_id() AND revision IS NULL;
  PERFORM pg_notify('bailiwick_policy', '');
END
$$;

-- Runs with the writer's own rights: constraints made immediate here must see the rows that the writer sees. They come first,
-- for what they take would else be taken under the lock.
CREATE FUNCTION policy_event_order() RETURNS trigger LANGUAGE plpgsql SET search_path = bailiwick, pg_temp AS $$
BEGIN
  SET CONSTRAINTS bailiwick.grant_containment IMMEDIATE;
  PERFORM policy_event_number();
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER policy_event_order AFTER INSERT ON policy_event
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION policy_event_order();

CREATE TRIGGER tenant_policy_insert AFTER INSERT ON tenant FOR EACH ROW EXECUTE FUNCTION policy_event_write('tenant');
CREATE TRIGGER tenant_policy_delete AFTER DELETE ON tenant FOR EACH ROW EXECUTE FUNCTION policy_event_write('tenant');
CREATE TRIGGER tenant_policy_update AFTER UPDATE ON tenant FOR EACH ROW
  WHEN ((OLD.parent_id, OLD.kind, OLD.state, OLD.suspended_reach, OLD.is_boundary) IS DISTINCT FROM
        (NEW.parent_id, NEW.kind, NEW.state, NEW.suspended_reach, NEW.is_boundary))
  EXECUTE FUNCTION policy_event_write('tenant');
CREATE TRIGGER principal_policy_insert AFTER INSERT ON principal FOR EACH ROW EXECUTE FUNCTION policy_event_write('principal');
CREATE TRIGGER principal_policy_delete AFTER DELETE ON principal FOR EACH ROW EXECUTE FUNCTION policy_event_write('principal');
CREATE TRIGGER principal_policy_update AFTER UPDATE ON principal FOR EACH ROW
  WHEN ((OLD.tenant_id, OLD.state, OLD.epoch) IS DISTINCT FROM (NEW.tenant_id, NEW.state, NEW.epoch))
  EXECUTE FUNCTION policy_event_write('principal');
CREATE TRIGGER role_policy_insert AFTER INSERT ON role FOR EACH ROW EXECUTE FUNCTION policy_event_write('role');
CREATE TRIGGER role_policy_delete AFTER DELETE ON role FOR EACH ROW EXECUTE FUNCTION policy_event_write('role');
CREATE TRIGGER role_policy_update AFTER UPDATE ON role FOR EACH ROW
  WHEN ((OLD.tenant_id, OLD.permissions) IS DISTINCT FROM (NEW.tenant_id, NEW.permissions))
  EXECUTE FUNCTION policy_event_write('role');
CREATE TRIGGER grant_policy_insert AFTER INSERT ON "grant" FOR EACH ROW EXECUTE FUNCTION policy_event_write('grant');
CREATE TRIGGER grant_policy_delete AFTER DELETE ON "grant" FOR EACH ROW EXECUTE FUNCTION policy_event_write('grant');
CREATE TRIGGER grant_policy_update AFTER UPDATE ON "grant" FOR EACH ROW
  WHEN ((OLD.tenant_id, OLD.principal_id, OLD.role_id, OLD.reach, OLD.not_before, OLD.expires_at) IS DISTINCT FROM
        (NEW.tenant_id, NEW.principal_id, NEW.role_id, NEW.reach, NEW.not_before, NEW.expires_at))
  EXECUTE FUNCTION policy_event_write('grant');

-- Old events go once every follower has long read them; the newest stays, for it says where the numbers stand.
CREATE FUNCTION policy_event_prune(keep interval) RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path = bailiwick, pg_temp
BEGIN ATOMIC
  WITH gone AS (DELETE FROM policy_event WHERE created_at < now() - keep
                   AND revision < (SELECT max(revision) FROM policy_event) RETURNING 1)
  SELECT count(*) FROM gone;
END;
REVOKE ALL ON FUNCTION policy_event_prune(interval) FROM PUBLIC;
REVOKE ALL ON FUNCTION policy_event_number() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION policy_event_number() TO bailiwick_app, bailiwick_auth, bailiwick_migrate;
GRANT EXECUTE ON FUNCTION policy_event_prune(interval) TO bailiwick_auth;

GRANT SELECT (revision) ON policy_event TO bailiwick_app, bailiwick_auth;
GRANT SELECT ON policy_event, installation TO bailiwick_policy;
GRANT SELECT (master_key), UPDATE (master_key) ON installation TO bailiwick_auth;
