-- The order of commits is taken once a transaction and not once an event: of a hundred thousand events each would walk the
-- queue of all the others, and every row that was numbered before.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

-- Looks its event up by id alone: a search for unnumbered ones would go through the index of those, full of dead entries.
CREATE OR REPLACE FUNCTION policy_event_order() RETURNS trigger LANGUAGE plpgsql SET search_path = bailiwick, pg_temp AS $$
DECLARE
  numbered bigint;
BEGIN
  SELECT revision INTO numbered FROM policy_event WHERE id = NEW.id;
  IF numbered IS NULL THEN
    SET CONSTRAINTS bailiwick.grant_containment IMMEDIATE;
    PERFORM policy_event_number();
  END IF;
  RETURN NULL;
END
$$;
GRANT SELECT (id) ON policy_event TO bailiwick_app, bailiwick_auth;
