-- The reply that is kept for a key.
-- role: app
-- params: $1 root_tenant uuid, $2 principal uuid, $3 key text
-- row: request_digest bytea, status integer, body text, location text
SELECT i.request_digest, i.status, i.body, i.location
  FROM idempotency i
 WHERE i.principal_id = $2 AND i.key = $3 AND i.tenant_id = $1
