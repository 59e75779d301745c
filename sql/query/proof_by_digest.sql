-- A client, and its secret of this digest as long as that has not expired and comes from where the client may be.
-- role: auth
-- params: $1 client uuid, $2 digest bytea, $3 now timestamptz, $4 address inet
-- row: tenant_id uuid, epoch integer, proof_id uuid, expires_at timestamptz, algorithm text, public_key text
SELECT p.tenant_id, p.epoch, c.id AS proof_id, c.expires_at, c.algorithm, c.public_key
  FROM principal p
  LEFT JOIN vault.client_secret s ON s.digest = $2 AND s.principal_id = p.id AND s.tenant_path = p.tenant_path
  LEFT JOIN client_proof c ON c.id = s.id AND c.tenant_path = s.tenant_path AND (c.expires_at IS NULL OR c.expires_at > $3)
                          AND (p.networks IS NULL OR $4::inet <<= ANY (p.networks))
 WHERE p.id = $1 AND p.kind = 'client'
