-- The oldest request that nobody else has in hand; it is gone with the commit.
-- role: auth
-- params: none
-- row: subject bytea, sealed bytea, address text, request_id text, created_at timestamptz, stated_by uuid
DELETE FROM vault.reset_request r
 WHERE r.subject = (SELECT subject FROM vault.reset_request ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING r.subject, r.sealed, r.address, r.request_id, r.created_at, r.stated_by
