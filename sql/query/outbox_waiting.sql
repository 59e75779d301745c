-- How many mails wait, and since when the first of them.
-- role: auth
-- params: none
-- row: waiting bigint, oldest timestamptz
SELECT count(*) AS waiting, min(happened_at) AS oldest FROM vault.outbox WHERE ended_at IS NULL
