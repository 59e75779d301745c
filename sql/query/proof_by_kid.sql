-- A client, and its key of this name as long as that has not expired and comes from where the client may be; without a name all
-- such keys, one a row.
-- role: auth
-- params: $1 client uuid, $2 kid text, $3 now timestamptz, $4 address inet
-- row: tenant_id uuid, epoch integer, proof_id uuid, expires_at timestamptz, algorithm text, public_key text
SELECT p.tenant_id, p.epoch, c.id AS proof_id, c.expires_at, c.algorithm, c.public_key
  FROM principal p
  LEFT JOIN client_proof c ON c.principal_id = p.id AND c.tenant_path = p.tenant_path AND c.kind = 'key'
                          AND ($2::text IS NULL OR c.kid = $2) AND (c.expires_at IS NULL OR c.expires_at > $3)
                          AND (p.networks IS NULL OR $4::inet <<= ANY (p.networks))
 WHERE p.id = $1 AND p.kind = 'client'
