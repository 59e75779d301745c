-- A page of the proofs of one kind that a client has, in the order in which they were made.
-- role: app
-- plan: custom
-- params: $1 low text, $2 high text, $3 after_path text, $4 after_id uuid, $5 client uuid, $6 kind text, $7 limit bigint
-- row: id uuid, path text, body json, version bigint
SELECT c.id, c.tenant_path AS path, client_proof_view(c) AS body, 0::bigint AS version
  FROM client_proof c
 WHERE c.principal_id = $5 AND c.tenant_path >= $1 AND c.tenant_path < $2 AND (c.tenant_path, c.id) > ($3, $4) AND c.kind = $6
 ORDER BY c.tenant_path, c.id
 LIMIT $7
