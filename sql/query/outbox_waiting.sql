-- How many mails wait, and since when the first of them; one that is not due yet, since when it is not late.
-- role: auth
-- params: none
-- row: waiting bigint, oldest timestamptz
SELECT count(*) AS waiting, min(CASE WHEN bulk AND attempts = 0 THEN next_at ELSE happened_at END) AS oldest FROM vault.outbox WHERE ended_at IS NULL
