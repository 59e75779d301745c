-- A client, and its secret of this digest as long as that has not expired.
-- role: auth
-- params: $1 client uuid, $2 digest bytea, $3 now timestamptz
-- row: tenant_id uuid, epoch integer, proof_id uuid, expires_at timestamptz
SELECT p.tenant_id, p.epoch, c.id AS proof_id, c.expires_at
  FROM principal p
  LEFT JOIN vault.client_secret s ON s.digest = $2 AND s.principal_id = p.id AND s.tenant_path = p.tenant_path
  LEFT JOIN client_proof c ON c.id = s.id AND c.tenant_path = s.tenant_path AND (c.expires_at IS NULL OR c.expires_at > $3)
 WHERE p.id = $1 AND p.kind = 'client'
