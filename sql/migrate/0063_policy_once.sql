-- An event of the policy is written once, at the commit, with its number: one that is put down first and numbered then leaves a
-- dead row and a dead entry in each index, and an import of a hundred thousand leaves as many.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;
-- What was changed in this transaction has its numbers before the triggers go.
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;

-- By the owner's right, and of no use but to triggers. The lock is held until the commit is done: revisions become visible in
-- their order.
CREATE FUNCTION policy_event_put(kind text, object uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = bailiwick, pg_temp AS $$
BEGIN
  IF pg_trigger_depth() = 0 THEN
    RAISE EXCEPTION 'events are put by triggers alone' USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext('bailiwick policy order'));
  INSERT INTO policy_event (revision, kind, object) VALUES (nextval('policy_revision_seq'), kind, object);
  PERFORM pg_notify('bailiwick_policy', '');
END
$$;
REVOKE ALL ON FUNCTION policy_event_put(text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION policy_event_put(text, uuid) TO bailiwick_app, bailiwick_auth, bailiwick_migrate;

-- Before the first event of a transaction, with the writer's own rights: constraints made immediate here must see the rows that
-- the writer sees. They come first, for what they take would else be taken under the lock; and once, for each time would walk
-- the queue of all events.
CREATE FUNCTION policy_event_begin() RETURNS void LANGUAGE plpgsql SET search_path = bailiwick, pg_temp AS $$
BEGIN
  IF current_setting('bailiwick.policy_event', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
    SET CONSTRAINTS bailiwick.grant_containment IMMEDIATE;
    PERFORM set_config('bailiwick.policy_event', pg_current_xact_id()::text, true);
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION policy_event_write() RETURNS trigger LANGUAGE plpgsql SECURITY INVOKER
SET search_path = bailiwick, pg_temp AS $$
BEGIN
  PERFORM policy_event_begin();
  PERFORM policy_event_put(TG_ARGV[0], CASE TG_OP WHEN 'DELETE' THEN OLD.id ELSE NEW.id END);
  RETURN NULL;
END
$$;
-- Where the rows have no id of their own, but their tenant's.
CREATE OR REPLACE FUNCTION policy_event_write_terms() RETURNS trigger LANGUAGE plpgsql SECURITY INVOKER
SET search_path = bailiwick, pg_temp AS $$
BEGIN
  PERFORM policy_event_begin();
  PERFORM policy_event_put('terms', CASE TG_OP WHEN 'DELETE' THEN OLD.tenant_id ELSE NEW.tenant_id END);
  RETURN NULL;
END
$$;
CREATE OR REPLACE FUNCTION policy_event_write_setting() RETURNS trigger LANGUAGE plpgsql SECURITY INVOKER
SET search_path = bailiwick, pg_temp AS $$
BEGIN
  PERFORM policy_event_begin();
  PERFORM policy_event_put('tenant', CASE TG_OP WHEN 'DELETE' THEN OLD.tenant_id ELSE NEW.tenant_id END);
  RETURN NULL;
END
$$;

-- The same triggers, each asked at its change and run at the commit.
DO $$
DECLARE
  t record;
BEGIN
  FOR t IN SELECT tgname, tgrelid::regclass AS place, pg_get_triggerdef(oid) AS text FROM pg_trigger
            WHERE tgfoid::regproc::text IN ('policy_event_write', 'policy_event_write_terms', 'policy_event_write_setting') LOOP
    EXECUTE format('DROP TRIGGER %I ON %s', t.tgname, t.place);
    EXECUTE replace(replace(t.text, 'CREATE TRIGGER', 'CREATE CONSTRAINT TRIGGER'),
                    'FOR EACH ROW', 'DEFERRABLE INITIALLY DEFERRED FOR EACH ROW');
  END LOOP;
END
$$;

DROP TRIGGER policy_event_order ON policy_event;
DROP FUNCTION policy_event_order();
DROP FUNCTION policy_event_number();
REVOKE SELECT (id) ON policy_event FROM bailiwick_app, bailiwick_auth;
DROP INDEX policy_event_unordered;
ALTER TABLE policy_event ALTER revision SET NOT NULL;
