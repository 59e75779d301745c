-- Puts a proof of a client in: what is known of a secret, or a key.
-- role: app
-- params: $1 id uuid, $2 client uuid, $3 kind text, $4 name text, $5 kid text, $6 algorithm text, $7 public_key text, $8
--         expires_at timestamptz
-- row: id uuid, path text, body json, version bigint
INSERT INTO client_proof AS c (id, principal_id, tenant_id, tenant_path, tenant_boundary, kind, name, kid, algorithm, public_key,
                               expires_at)
SELECT $1, p.id, p.tenant_id, p.tenant_path, p.tenant_boundary, $3, $4, $5, $6, $7, $8
  FROM principal p
 WHERE p.id = $2 AND p.kind = 'client'
RETURNING c.id, c.tenant_path AS path, client_proof_view(c) AS body, 0::bigint AS version
