-- Counts a try against every authenticator of a user that is not disabled, before the code is looked at, and gives them; whose
-- count is full now is disabled if the code is wrong. Who rolls back has tried nothing; until then nobody else tries.
-- role: auth
-- params: $1 principal uuid
-- row: id uuid, tenant_id uuid, sealed_seed bytea, last_step bigint, algorithm text, digits smallint, is_last boolean
WITH held AS (
  SELECT f.principal_id, f.tenant_path FROM second_factor f WHERE f.principal_id = $1 FOR UPDATE
), counted AS (
  UPDATE vault.totp t SET failures = t.failures + 1
    FROM held
   WHERE t.principal_id = held.principal_id AND t.tenant_path = held.tenant_path AND t.confirmed_at IS NOT NULL
     AND t.failures < factor_failures()
  RETURNING t.id, t.tenant_id, t.sealed_seed, t.last_step, t.algorithm, t.digits, t.failures
)
SELECT id, tenant_id, sealed_seed, last_step, algorithm, digits, failures >= factor_failures() AS is_last FROM counted ORDER BY id
