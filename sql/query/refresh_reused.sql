-- A spent refresh token was shown again. Within 10 seconds of its use that is another tab, or a reply that was lost; later,
-- whoever shows it, its session is over. Nothing when that is over already. Both times are the database's: processes' clocks differ,
-- and its own may have been set back: a use that is yet to come, by more than that, was long ago for all that is known.
-- role: auth
-- params: $1 digest bytea
-- row: id uuid, principal_id uuid, tenant_id uuid, epoch integer, raced boolean
WITH shown AS (
  SELECT r.session_id, r.used_at BETWEEN clock_timestamp() - interval '10 seconds'
                                 AND clock_timestamp() + interval '10 seconds' AS raced
    FROM vault.refresh r WHERE r.digest = $1 AND r.used_at IS NOT NULL
), ended AS (
  UPDATE session s SET ended_at = now() FROM shown
   WHERE s.id = shown.session_id AND s.ended_at IS NULL AND NOT shown.raced
)
SELECT s.id, s.principal_id, s.tenant_id, s.epoch, shown.raced
  FROM shown JOIN session s ON s.id = shown.session_id
 WHERE s.ended_at IS NULL
