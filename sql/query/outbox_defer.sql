-- A mail that did not go out waits; whether its recipient was refused is counted.
-- role: auth
-- params: $1 id uuid, $2 wait bigint, $3 refused boolean
-- row: none
UPDATE vault.outbox
   SET next_at = clock_timestamp() + $2::bigint * interval '1 second', refusals = refusals + CASE WHEN $3 THEN 1 ELSE 0 END
 WHERE id = $1 AND ended_at IS NULL
