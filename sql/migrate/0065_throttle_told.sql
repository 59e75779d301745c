-- What a tenant allows below what everybody is told keeps strangers out unsaid: who waits would know that there is the tenant.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

DROP FUNCTION vault.throttle_login(uuid, bytea, bytea, bytea, bytea, bytea, bytea, integer, integer, integer, timestamptz);

-- Counts an attempt on every counter that concerns it, or, when one is full, on none. Rows are taken in the order of their
-- subjects, so that attempts wait for each other and never in a circle. A stranger waits by what is told, whatever tenant it is,
-- and is counted up to there; `unsaid`: it is counted, and more than the tenant itself allows. What is told is what the provider has
-- set for all, else the service's own settings, which are passed.
CREATE FUNCTION vault.throttle_login(person uuid, device bytea, place bytea, account bytea, share bytea, address bytea, tenant bytea,
                                     account_most integer, address_most integer, tenant_most integer,
                                     account_told integer, address_told integer, tenant_told integer, at timestamptz,
                                     OUT known text, OUT wait integer, OUT account_full boolean, OUT unsaid boolean)
LANGUAGE plpgsql SET search_path = bailiwick, pg_temp AS $$
DECLARE
  opened constant timestamptz := at - interval '15 minutes';
  known_most constant integer := 10;
  unlocked constant timestamptz := (SELECT p.unlocked_at FROM principal p WHERE p.id = person);
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
  -- What places have used of an account bears no name by which an unlocking could find it: each counter of the account begins anew
  -- when it is next asked.
  IF unlocked IS NOT NULL THEN
    WITH stale AS (
      SELECT t.subject FROM vault.throttle t
       WHERE t.subject IN (account, share, device, place) AND t.since <= unlocked ORDER BY t.subject FOR UPDATE)
    UPDATE vault.throttle t SET failures = 0, streak = 0, since = at FROM stale s WHERE t.subject = s.subject;
  END IF;
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
    mosts := ARRAY[account_told, account_told, address_told, nullif(tenant_told, 0)];
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
    RETURN;
  END IF;
  IF known IS NULL THEN
    mosts := ARRAY[account_most, account_most, address_most, nullif(tenant_most, 0)];
    SELECT f.wait IS NOT NULL, f.subjects && ARRAY[account, share] INTO unsaid, account_full
      FROM vault.throttle_full(subjects, mosts, streaks, share, account, opened, 1) f;
  END IF;
END
$$;

REVOKE ALL ON FUNCTION vault.throttle_login(uuid, bytea, bytea, bytea, bytea, bytea, bytea, integer, integer, integer, integer,
                                            integer, integer, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vault.throttle_login(uuid, bytea, bytea, bytea, bytea, bytea, bytea, integer, integer, integer, integer,
                                               integer, integer, timestamptz) TO bailiwick_auth;
