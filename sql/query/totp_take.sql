-- Counts a try against every authenticator of a user, before the code is looked at; gives those that are not disabled.
-- role: auth
-- params: $1 principal uuid
-- row: id uuid, tenant_id uuid, sealed_seed bytea, last_step bigint, algorithm text, digits smallint
WITH held AS (
  SELECT f.principal_id, f.tenant_path FROM second_factor f WHERE f.principal_id = $1 FOR UPDATE
), counted AS (
  UPDATE vault.totp t SET failures = least(t.failures, 1000000) + 1
    FROM held WHERE t.principal_id = held.principal_id AND t.tenant_path = held.tenant_path AND t.confirmed_at IS NOT NULL
  RETURNING t.id, t.tenant_id, t.sealed_seed, t.last_step, t.algorithm, t.digits, t.failures
)
SELECT id, tenant_id, sealed_seed, last_step, algorithm, digits FROM counted WHERE failures <= factor_failures() ORDER BY id
