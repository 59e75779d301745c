-- Deletes a proof of a client, with its secret; sessions that began with it are over.
-- role: app
-- params: $1 id uuid, $2 client uuid, $3 kind text
-- row: id uuid, path text, body json, version bigint
DELETE FROM client_proof c
 WHERE c.id = $1 AND c.principal_id = $2 AND c.kind = $3
RETURNING c.id, c.tenant_path AS path, client_proof_view(c) AS body, 0::bigint AS version
