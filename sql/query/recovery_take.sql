-- Counts a try against a user's recovery codes, before the code is looked at; gives the hashes that are left, unless they are
-- disabled.
-- role: auth
-- params: $1 principal uuid
-- row: id uuid, tenant_id uuid, hash text
WITH counted AS (
  UPDATE vault.recovery r SET failures = least(r.failures, 1000000) + 1 WHERE r.principal_id = $1
  RETURNING r.id, r.tenant_id, r.hashes, r.failures
)
SELECT id, tenant_id, hash FROM counted, unnest(hashes) AS hash WHERE failures <= factor_failures()
