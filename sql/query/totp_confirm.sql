-- The first code of an authenticator makes it count, and every other enrolment of its user is void. Says whether it is the
-- user's first. Its user is held before it, as by all that changes factors.
-- role: auth
-- params: $1 id uuid, $2 step bigint
-- row: is_first boolean
WITH owner AS MATERIALIZED (
  SELECT p.id, p.tenant_path, p.epoch
    FROM vault.totp t
    JOIN principal p ON p.id = t.principal_id AND p.tenant_path = t.tenant_path
   WHERE t.id = $1
     FOR NO KEY UPDATE OF p
), confirmed AS (
  UPDATE vault.totp t SET confirmed_at = now(), last_step = $2
    FROM owner p
   WHERE t.id = $1 AND t.confirmed_at IS NULL AND t.last_step < $2
     AND p.id = t.principal_id AND p.tenant_path = t.tenant_path AND p.epoch = t.epoch
  RETURNING t.id, t.principal_id
), gone AS (
  DELETE FROM vault.totp o USING confirmed c WHERE o.principal_id = c.principal_id AND o.confirmed_at IS NULL AND o.id <> c.id
)
SELECT NOT EXISTS (SELECT FROM vault.totp o
                    WHERE o.principal_id = c.principal_id AND o.confirmed_at IS NOT NULL AND o.id <> c.id) AS is_first
  FROM confirmed c
