-- A client and the digests of its secrets, a row each.
-- role: auth
-- params: $1 client uuid
-- row: tenant_id uuid, state text, epoch integer, digest bytea
SELECT p.tenant_id, p.state, p.epoch, s.digest
  FROM principal p
  LEFT JOIN vault.client_secret s ON s.principal_id = p.id AND s.tenant_path = p.tenant_path
 WHERE p.id = $1 AND p.kind = 'client'
