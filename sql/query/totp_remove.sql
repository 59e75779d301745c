-- Removes one of a user's authenticators; says whether another is left.
-- role: auth
-- params: $1 principal uuid, $2 id uuid
-- row: is_last boolean
WITH gone AS (
  DELETE FROM vault.totp t WHERE t.principal_id = $1 AND t.id = $2 AND t.confirmed_at IS NOT NULL RETURNING t.id
)
SELECT NOT EXISTS (SELECT FROM vault.totp o WHERE o.principal_id = $1 AND o.confirmed_at IS NOT NULL AND o.id <> gone.id) AS is_last
  FROM gone
