-- Counts a try against a user's recovery codes, before the code is looked at; gives the hashes that are left, unless they are
-- disabled, which they are if the count is full now and the code is wrong. Who rolls back has tried nothing; until then nobody
-- else tries.
-- role: auth
-- params: $1 principal uuid
-- row: id uuid, tenant_id uuid, hash text, is_last boolean
WITH counted AS (
  UPDATE vault.recovery r SET failures = r.failures + 1 WHERE r.principal_id = $1 AND r.failures < factor_failures()
  RETURNING r.id, r.tenant_id, r.hashes, r.failures
)
SELECT id, tenant_id, hash, failures >= factor_failures() AS is_last FROM counted, unnest(hashes) AS hash
