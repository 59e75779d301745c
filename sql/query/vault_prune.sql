-- Removes what nothing asks for any more: sessions long over, spent tokens, old counters.
-- role: auth
-- params: $1 before timestamptz
-- row: removed bigint
WITH sessions AS (DELETE FROM session WHERE expires_at < $1 OR ended_at < $1 RETURNING 1),
     refreshes AS (DELETE FROM vault.refresh WHERE expires_at < $1 RETURNING 1),
     invitations AS (DELETE FROM vault.invitation WHERE expires_at < $1 RETURNING 1),
     counters AS (DELETE FROM vault.throttle WHERE since < $1 RETURNING 1)
SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM refreshes) + (SELECT count(*) FROM invitations)
     + (SELECT count(*) FROM counters) AS removed
