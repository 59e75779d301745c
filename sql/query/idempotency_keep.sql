-- Keeps the reply to the request that a key came with.
-- role: app
-- params: $1 root_tenant uuid, $2 principal uuid, $3 key text, $4 status integer, $5 body text, $6 location text
-- row: none
UPDATE idempotency
   SET status = $4, body = $5, location = $6
 WHERE principal_id = $2 AND key = $3 AND tenant_id = $1
