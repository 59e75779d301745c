-- Removes what nothing asks for any more: sessions long over, enrolments that were not confirmed, old counters, mails that are
-- through, devices and places long unseen. A token goes only with those before it: it is what keeps them from being good. A
-- session's spent tokens go with it: one that is shown again ends it.
-- role: auth
-- params: $1 before timestamptz
-- row: removed bigint
WITH sessions AS (DELETE FROM session WHERE expires_at < $1 OR ended_at < $1 RETURNING 1),
     invitations AS (DELETE FROM vault.invitation i
                      WHERE i.expires_at < $1
                        AND NOT EXISTS (SELECT FROM vault.invitation o
                                         WHERE o.principal_id = i.principal_id AND o.expires_at >= $1
                                           AND (o.created_at, o.id) < (i.created_at, i.id))
                     RETURNING 1),
     assertions AS (DELETE FROM vault.assertion WHERE expires_at < $1 RETURNING 1),
     enrolments AS (DELETE FROM vault.totp WHERE confirmed_at IS NULL AND created_at < $1 RETURNING 1),
     resets AS (DELETE FROM account_reset WHERE created_at < $1 - interval '1 day' RETURNING 1),
     counters AS (DELETE FROM vault.throttle WHERE expires_at < $1 RETURNING 1),
     mails AS (DELETE FROM vault.outbox WHERE ended_at < $1 RETURNING 1),
     requests AS (DELETE FROM vault.reset_request WHERE created_at < $1 RETURNING 1),
     known AS (DELETE FROM vault.known WHERE expires_at < $1 RETURNING 1)
SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM invitations)
     + (SELECT count(*) FROM enrolments) + (SELECT count(*) FROM resets) + (SELECT count(*) FROM counters)
     + (SELECT count(*) FROM mails) + (SELECT count(*) FROM requests) + (SELECT count(*) FROM known)
     + (SELECT count(*) FROM assertions) AS removed
