-- Attempts at a password: counted together before it is looked at, and apart for devices and places that a person came from before.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

ALTER TABLE vault.throttle
  DROP COLUMN blocked_until,
  -- Failures since the last success, however long that took.
  ADD COLUMN streak integer NOT NULL DEFAULT 0,
  ADD COLUMN expires_at timestamptz NOT NULL DEFAULT now() + interval '1 day';
DROP INDEX vault.throttle_age;
CREATE INDEX throttle_expiry ON vault.throttle (expires_at);

-- From what a person signed in before. An HMAC over the person with the device's token or the place's address: neither stands here.
CREATE TABLE vault.known (
  principal_id    uuid NOT NULL,
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  kind            text NOT NULL COLLATE "C" CONSTRAINT known_kind CHECK (kind IN ('device', 'place')),
  digest          bytea NOT NULL,
  seen_at         timestamptz NOT NULL,
  expires_at      timestamptz NOT NULL,
  PRIMARY KEY (principal_id, digest, tenant_path),
  CONSTRAINT known_tenant_fkey FOREIGN KEY (tenant_id, tenant_path, tenant_boundary)
    REFERENCES tenant (id, path, boundary) MATCH FULL ON UPDATE CASCADE,
  CONSTRAINT known_principal_fkey FOREIGN KEY (principal_id, tenant_path)
    REFERENCES principal (id, tenant_path) MATCH FULL ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX known_tenant ON vault.known (tenant_id);
CREATE INDEX known_principal ON vault.known (principal_id, tenant_path);
CREATE INDEX known_expiry ON vault.known (expires_at);
SELECT wall_build('vault.known', 'tenant_path', 'tenant_boundary');
CREATE POLICY sign_in ON vault.known FOR ALL TO bailiwick_auth USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON vault.known TO bailiwick_auth;

-- The seconds to wait because of a counter that is full, NULL when none is. `taken` is 1 once this attempt stands on them.
-- A share of an account is half of what all others have left of it, rounded up: one address cannot use an account up.
CREATE FUNCTION vault.throttle_wait(subjects bytea[], mosts integer[], streaks integer[], share bytea, account bytea,
                                    opened timestamptz, taken integer) RETURNS integer
LANGUAGE sql SET search_path = bailiwick, pg_temp AS $$
  SELECT max(CASE WHEN t.streak - taken >= r.streak THEN 3600
                  ELSE greatest(ceil(extract(epoch FROM t.since - opened)), 1) END)::integer
    FROM unnest(subjects, mosts, streaks) AS r (subject, most, streak)
    JOIN vault.throttle t ON t.subject = r.subject
    LEFT JOIN vault.throttle a ON r.subject = share AND a.subject = account AND a.since > opened
   WHERE t.streak - taken >= r.streak
      OR (t.since > opened
          AND t.failures - taken >= CASE WHEN r.subject = share
                                         THEN (r.most + 1 - greatest(coalesce(a.failures, 0) - t.failures, 0)) / 2
                                         ELSE r.most END)
$$;

-- Counts an attempt on every counter that concerns it, or, when one is full, on none. Rows are taken in the order of their
-- subjects, so that attempts wait for each other and never in a circle.
CREATE FUNCTION vault.throttle_login(person uuid, device bytea, place bytea, account bytea, share bytea, address bytea, tenant bytea,
                                     account_most integer, address_most integer, tenant_most integer, at timestamptz,
                                     OUT known text, OUT wait integer)
LANGUAGE plpgsql SET search_path = bailiwick, pg_temp AS $$
DECLARE
  opened constant timestamptz := at - interval '15 minutes';
  known_most constant integer := 10;
  source bytea;
  subjects bytea[];
  mosts integer[];
  streaks integer[];
BEGIN
  -- What has failed that often in a row is no longer known once its quarter of an hour is over.
  SELECT k.kind, k.digest INTO known, source
    FROM vault.known k LEFT JOIN vault.throttle t ON t.subject = k.digest
   WHERE k.principal_id = person AND k.digest IN (device, place) AND k.expires_at > at
     AND (t.subject IS NULL OR t.streak < known_most OR t.since > opened)
   ORDER BY k.kind LIMIT 1;
  IF known = 'device' THEN
    subjects := ARRAY[account, source];
    mosts := ARRAY[NULL, least(account_most, known_most)];
    streaks := ARRAY[100, NULL];
  ELSIF known = 'place' THEN
    subjects := ARRAY[account, source, address];
    mosts := ARRAY[NULL, least(account_most, known_most), address_most];
    streaks := ARRAY[100, NULL, NULL];
  ELSE
    subjects := ARRAY[account, share, address, tenant];
    mosts := ARRAY[account_most, account_most, address_most, nullif(tenant_most, 0)];
    streaks := ARRAY[80, NULL, NULL, NULL];
  END IF;

  -- First without a lock and without a write: a flood is refused here.
  wait := vault.throttle_wait(subjects, mosts, streaks, share, account, opened, 0);
  IF wait IS NOT NULL THEN
    RETURN;
  END IF;
  INSERT INTO vault.throttle AS t (subject, failures, streak, since, expires_at)
  SELECT s, (s <> account OR known IS NULL)::integer, 1, at,
         at + CASE WHEN s IN (account, source) THEN interval '30 days' ELSE interval '1 hour' END
    FROM unnest(subjects) s ORDER BY s
  ON CONFLICT (subject) DO UPDATE
    SET failures = CASE WHEN t.since <= opened THEN 0 ELSE t.failures END + EXCLUDED.failures,
        since = CASE WHEN t.since <= opened THEN EXCLUDED.since ELSE t.since END,
        streak = t.streak + 1, expires_at = EXCLUDED.expires_at;
  wait := vault.throttle_wait(subjects, mosts, streaks, share, account, opened, 1);
  IF wait IS NOT NULL THEN
    UPDATE vault.throttle t
       SET failures = t.failures - (t.subject <> account OR known IS NULL)::integer, streak = t.streak - 1
     WHERE t.subject = ANY (subjects);
  END IF;
END
$$;

-- A success: the account and what it came from are clear again; address and tenant get back this attempt and no other. What
-- strangers have used of the account is theirs to wait for when it was none of them who succeeded.
CREATE FUNCTION vault.throttle_login_done(known text, device bytea, place bytea, account bytea, share bytea, address bytea, tenant bytea)
RETURNS void LANGUAGE plpgsql SET search_path = bailiwick, pg_temp AS $$
DECLARE
  subjects constant bytea[] := CASE known WHEN 'device' THEN ARRAY[account, device]
                                          WHEN 'place' THEN ARRAY[account, place, address]
                                          ELSE ARRAY[account, share, address, tenant, device, place] END;
BEGIN
  PERFORM FROM vault.throttle t WHERE t.subject = ANY (subjects) ORDER BY t.subject FOR UPDATE;
  UPDATE vault.throttle t
     SET streak = 0,
         failures = CASE WHEN t.subject IN (address, tenant) THEN greatest(t.failures - 1, 0)
                         WHEN t.subject = account AND known IS NOT NULL THEN t.failures
                         ELSE 0 END
   WHERE t.subject = ANY (subjects);
END
$$;

REVOKE ALL ON FUNCTION vault.throttle_wait(bytea[], integer[], integer[], bytea, bytea, timestamptz, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION vault.throttle_login(uuid, bytea, bytea, bytea, bytea, bytea, bytea, integer, integer, integer, timestamptz)
  FROM PUBLIC;
REVOKE ALL ON FUNCTION vault.throttle_login_done(text, bytea, bytea, bytea, bytea, bytea, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vault.throttle_wait(bytea[], integer[], integer[], bytea, bytea, timestamptz, integer) TO bailiwick_auth;
GRANT EXECUTE ON FUNCTION
  vault.throttle_login(uuid, bytea, bytea, bytea, bytea, bytea, bytea, integer, integer, integer, timestamptz) TO bailiwick_auth;
GRANT EXECUTE ON FUNCTION vault.throttle_login_done(text, bytea, bytea, bytea, bytea, bytea, bytea) TO bailiwick_auth;
