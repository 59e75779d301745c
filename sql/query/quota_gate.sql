-- Nobody makes anything below the tenant's partner, or itself where it is the provider's own, until the transaction ends.
-- role: app
-- params: $1 tenant uuid
-- row: path text
SELECT t.path
  FROM tenant t, LATERAL (SELECT pg_advisory_xact_lock(hashtext('bailiwick quota'), quota_gate(t.path))) held
 WHERE t.id = $1
