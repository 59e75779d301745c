-- Since when a person has their address: for a day nobody sets a password by what is sent to another than before. Who may change
-- addresses, but reset no password, would have both; in that day the one who had the old address hears of it.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

ALTER TABLE principal ADD COLUMN email_changed_at timestamptz;
GRANT SELECT (email_changed_at) ON principal TO bailiwick_auth;

CREATE FUNCTION principal_email() RETURNS trigger LANGUAGE plpgsql SET search_path = bailiwick, pg_temp AS $$
BEGIN
  NEW.email_changed_at := now();
  RETURN NEW;
END
$$;
CREATE TRIGGER principal_email BEFORE UPDATE ON principal FOR EACH ROW
  WHEN (OLD.email IS DISTINCT FROM NEW.email) EXECUTE FUNCTION principal_email();
