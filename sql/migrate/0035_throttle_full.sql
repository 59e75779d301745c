-- Which counter keeps somebody out. Of their account's its owner is told; that of an address or a tenant says nothing of any account.
-- Whom to tell waits apart from who asked for a new password, and each address has its own bound of what waits.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

ALTER TABLE vault.reset_request
  ADD COLUMN kind text NOT NULL DEFAULT 'reset' COLLATE "C" CONSTRAINT reset_request_kind CHECK (kind IN ('reset', 'warn')),
  -- The address, of IPv6 its /64.
  ADD COLUMN place text NOT NULL DEFAULT '' COLLATE "C";
CREATE INDEX reset_request_place ON vault.reset_request (kind, place);

DROP FUNCTION vault.throttle_login(uuid, bytea, bytea, bytea, bytea, bytea, bytea, integer, integer, integer, timestamptz);
DROP FUNCTION vault.throttle_wait(bytea[], integer[], integer[], bytea, bytea, timestamptz, integer);

-- The counters that are full and the seconds to wait because of them, NULL when none is. `taken` is 1 once this attempt stands on
-- them. A share of an account is half of what all others have left of it, rounded up: one address cannot use an account up.
CREATE FUNCTION vault.throttle_full(INOUT subjects bytea[], mosts integer[], streaks integer[], share bytea, account bytea,
                                    opened timestamptz, taken integer, OUT wait integer)
LANGUAGE plpgsql SET search_path = bailiwick, pg_temp AS $$
BEGIN
  SELECT array_agg(t.subject),
         max(CASE WHEN t.streak - taken >= r.streak THEN 3600
                  ELSE greatest(ceil(extract(epoch FROM t.since - opened)), 1) END)::integer
    INTO subjects, wait
    FROM unnest(subjects, mosts, streaks) AS r (subject, most, streak)
    JOIN vault.throttle t ON t.subject = r.subject
    LEFT JOIN vault.throttle a ON r.subject = share AND a.subject = account AND a.since > opened
   WHERE t.streak - taken >= r.streak
      OR (t.since > opened
          AND t.failures - taken >= CASE WHEN r.subject = share
                                         THEN (r.most + 1 - greatest(coalesce(a.failures, 0) - t.failures, 0)) / 2
                                         ELSE r.most END);
END
$$;

-- Counts an attempt on every counter that concerns it, or, when one is full, on none. Rows are taken in the order of their
-- subjects, so that attempts wait for each other and never in a circle.
CREATE FUNCTION vault.throttle_login(person uuid, device bytea, place bytea, account bytea, share bytea, address bytea, tenant bytea,
                                     account_most integer, address_most integer, tenant_most integer, at timestamptz,
                                     OUT known text, OUT wait integer, OUT account_full boolean)
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
  SELECT f.wait, f.subjects && ARRAY[account, share, source] INTO wait, account_full
    FROM vault.throttle_full(subjects, mosts, streaks, share, account, opened, 0) f;
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
  SELECT f.wait, f.subjects && ARRAY[account, share, source] INTO wait, account_full
    FROM vault.throttle_full(subjects, mosts, streaks, share, account, opened, 1) f;
  IF wait IS NOT NULL THEN
    UPDATE vault.throttle t
       SET failures = t.failures - (t.subject <> account OR known IS NULL)::integer, streak = t.streak - 1
     WHERE t.subject = ANY (subjects);
  END IF;
END
$$;

REVOKE ALL ON FUNCTION vault.throttle_full(bytea[], integer[], integer[], bytea, bytea, timestamptz, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION vault.throttle_login(uuid, bytea, bytea, bytea, bytea, bytea, bytea, integer, integer, integer, timestamptz)
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vault.throttle_full(bytea[], integer[], integer[], bytea, bytea, timestamptz, integer) TO bailiwick_auth;
GRANT EXECUTE ON FUNCTION
  vault.throttle_login(uuid, bytea, bytea, bytea, bytea, bytea, bytea, integer, integer, integer, timestamptz) TO bailiwick_auth;
