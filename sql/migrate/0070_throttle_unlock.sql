-- What a tenant allows below what everybody is told keeps strangers out unsaid: who waits would know that there is the tenant. A known
-- place fails as often as a stranger before anything is told. An unlocking counts where a counter is next asked, whatever clock says
-- so; nobody lifts what a hundred failures in a row have ended.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

DROP FUNCTION vault.throttle_login(uuid, bytea, bytea, bytea, bytea, bytea, bytea, integer, integer, integer, timestamptz);
DROP FUNCTION vault.throttle_full(bytea[], integer[], integer[], bytea, bytea, timestamptz, integer);

-- Whether what a counter holds is of before the unlocking. What a hundred failures in a row have ended takes a new password.
CREATE FUNCTION vault.throttle_lifted(counter vault.throttle, own bytea[], unlocked timestamptz) RETURNS boolean LANGUAGE sql IMMUTABLE
  RETURN coalesce(counter.since <= unlocked AND counter.streak < 100 AND counter.subject = ANY (own), false);

-- The counters that are full and the seconds to wait because of them, NULL when none is. `taken` is 1 once this attempt stands on
-- them. A share of an account is half of what all others have left of it, rounded up: one address cannot use an account up.
CREATE FUNCTION vault.throttle_full(INOUT subjects bytea[], mosts integer[], streaks integer[], share bytea, account bytea,
                                    own bytea[], unlocked timestamptz, opened timestamptz, taken integer, OUT wait integer)
LANGUAGE plpgsql SET search_path = bailiwick, pg_temp AS $$
BEGIN
  SELECT array_agg(t.subject),
         max(CASE WHEN t.streak - taken >= r.streak THEN 3600
                  ELSE greatest(ceil(extract(epoch FROM t.since - opened)), 1) END)::integer
    INTO subjects, wait
    FROM unnest(subjects, mosts, streaks) AS r (subject, most, streak)
    JOIN vault.throttle t ON t.subject = r.subject AND NOT vault.throttle_lifted(t, own, unlocked)
    LEFT JOIN vault.throttle a ON r.subject = share AND a.subject = account AND a.since > opened
                                  AND NOT vault.throttle_lifted(a, own, unlocked)
   WHERE t.streak - taken >= r.streak
      OR (t.since > opened
          AND t.failures - taken >= CASE WHEN r.subject = share
                                         THEN (r.most + 1 - greatest(coalesce(a.failures, 0) - t.failures, 0)) / 2
                                         ELSE r.most END);
END
$$;

-- Counts an attempt on every counter that concerns it, or, when one is full, on none. Rows are taken in the order of their
-- subjects, so that attempts wait for each other and never in a circle. Who shows no known device waits by what is told, whatever
-- tenant it is, and is counted up to there; `unsaid`: it is counted, and more than the tenant itself allows. What is told is what the
-- provider has set for all, else the service's own settings, which are passed.
CREATE FUNCTION vault.throttle_login(person uuid, device bytea, place bytea, account bytea, share bytea, address bytea, tenant bytea,
                                     account_most integer, address_most integer, tenant_most integer,
                                     account_told integer, address_told integer, tenant_told integer, at timestamptz,
                                     OUT known text, OUT wait integer, OUT account_full boolean, OUT unsaid boolean)
LANGUAGE plpgsql SET search_path = bailiwick, pg_temp AS $$
DECLARE
  opened constant timestamptz := at - interval '15 minutes';
  known_most constant integer := 10;
  own constant bytea[] := ARRAY[account, share, device, place];
  unlocked constant timestamptz := (SELECT p.unlocked_at FROM principal p WHERE p.id = person);
  -- A clock that is behind must not find its own counters to be of before it.
  begins constant timestamptz := greatest(at, unlocked + interval '1 microsecond');
  source bytea;
  subjects bytea[];
  mosts integer[];
  streaks integer[];
BEGIN
  unsaid := false;
  SELECT coalesce(max(v.number) FILTER (WHERE v.name = 'account_attempts'), account_told),
         coalesce(max(v.number) FILTER (WHERE v.name = 'address_attempts'), address_told),
         coalesce(max(v.number) FILTER (WHERE v.name = 'tenant_attempts'), tenant_told)
    INTO account_told, address_told, tenant_told
    FROM (SELECT s.name, setting_text(s.value)::integer AS number FROM tenant_setting s
           WHERE s.tenant_path = (SELECT t.path FROM tenant t WHERE t.kind = 'provider') AND s.section = 'security'
             AND s.name IN ('account_attempts', 'address_attempts', 'tenant_attempts')) v;
  -- What has failed that often in a row is no longer known once its quarter of an hour is over.
  SELECT k.kind, k.digest INTO known, source
    FROM vault.known k LEFT JOIN vault.throttle t ON t.subject = k.digest
   WHERE k.principal_id = person AND k.digest IN (device, place) AND k.expires_at > at
     AND (t.subject IS NULL OR t.streak < known_most OR t.since > opened OR vault.throttle_lifted(t, own, unlocked))
   ORDER BY k.kind LIMIT 1;
  IF known = 'device' THEN
    subjects := ARRAY[account, source];
    mosts := ARRAY[NULL, least(account_most, known_most)];
    streaks := ARRAY[100, NULL];
  ELSIF known = 'place' THEN
    -- As often as a stranger from one place: who shares it with the owner learns nothing of whose it is.
    subjects := ARRAY[account, source, address];
    mosts := ARRAY[NULL, least((account_told + 1) / 2, known_most), address_told];
    streaks := ARRAY[100, NULL, NULL];
  ELSE
    subjects := ARRAY[account, share, address, tenant];
    mosts := ARRAY[account_told, account_told, address_told, nullif(tenant_told, 0)];
    streaks := ARRAY[80, NULL, NULL, NULL];
  END IF;

  -- First without a lock and without a write: a flood is refused here.
  SELECT f.wait, f.subjects && ARRAY[account, share, source] INTO wait, account_full
    FROM vault.throttle_full(subjects, mosts, streaks, share, account, own, unlocked, opened, 0) f;
  IF wait IS NOT NULL THEN
    RETURN;
  END IF;
  INSERT INTO vault.throttle AS t (subject, failures, streak, since, expires_at)
  SELECT s, (s <> account OR known IS NULL)::integer, 1, CASE WHEN s = ANY (own) THEN begins ELSE at END,
         at + CASE WHEN s IN (account, source) THEN interval '30 days' ELSE interval '1 hour' END
    FROM unnest(subjects) s ORDER BY s
  ON CONFLICT (subject) DO UPDATE
    SET failures = CASE WHEN t.since <= opened OR vault.throttle_lifted(t, own, unlocked) THEN 0 ELSE t.failures END + EXCLUDED.failures,
        since = CASE WHEN t.since <= opened OR vault.throttle_lifted(t, own, unlocked) THEN EXCLUDED.since ELSE t.since END,
        streak = CASE WHEN vault.throttle_lifted(t, own, unlocked) THEN 0 ELSE t.streak END + 1, expires_at = EXCLUDED.expires_at;
  SELECT f.wait, f.subjects && ARRAY[account, share, source] INTO wait, account_full
    FROM vault.throttle_full(subjects, mosts, streaks, share, account, own, unlocked, opened, 1) f;
  IF wait IS NOT NULL THEN
    UPDATE vault.throttle t
       SET failures = t.failures - (t.subject <> account OR known IS NULL)::integer, streak = t.streak - 1
     WHERE t.subject = ANY (subjects);
    RETURN;
  END IF;
  IF known IS DISTINCT FROM 'device' THEN
    mosts := CASE WHEN known = 'place' THEN ARRAY[NULL, least(account_most, known_most), address_most]
                  ELSE ARRAY[account_most, account_most, address_most, nullif(tenant_most, 0)] END;
    SELECT f.wait IS NOT NULL, f.subjects && ARRAY[account, share, source] INTO unsaid, account_full
      FROM vault.throttle_full(subjects, mosts, streaks, share, account, own, unlocked, opened, 1) f;
  END IF;
END
$$;

REVOKE ALL ON FUNCTION vault.throttle_lifted(vault.throttle, bytea[], timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION vault.throttle_full(bytea[], integer[], integer[], bytea, bytea, bytea[], timestamptz, timestamptz, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION vault.throttle_login(uuid, bytea, bytea, bytea, bytea, bytea, bytea, integer, integer, integer, integer,
                                            integer, integer, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vault.throttle_lifted(vault.throttle, bytea[], timestamptz) TO bailiwick_auth;
GRANT EXECUTE ON FUNCTION vault.throttle_full(bytea[], integer[], integer[], bytea, bytea, bytea[], timestamptz, timestamptz, integer)
  TO bailiwick_auth;
GRANT EXECUTE ON FUNCTION vault.throttle_login(uuid, bytea, bytea, bytea, bytea, bytea, bytea, integer, integer, integer, integer,
                                               integer, integer, timestamptz) TO bailiwick_auth;
