-- How many proofs of one kind a client has that have not expired.
-- role: app
-- params: $1 client uuid, $2 kind text
-- row: live bigint
SELECT count(*) AS live
  FROM client_proof c
 WHERE c.principal_id = $1 AND c.kind = $2 AND (c.expires_at IS NULL OR c.expires_at > now())
