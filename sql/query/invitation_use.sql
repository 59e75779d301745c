-- Spends an invitation, once.
-- role: auth
-- params: $1 digest bytea, $2 now timestamptz
-- row: principal_id uuid
UPDATE vault.invitation i SET used_at = $2
 WHERE i.digest = $1 AND i.used_at IS NULL AND i.expires_at > $2
   AND NOT EXISTS (SELECT FROM vault.invitation n WHERE n.principal_id = i.principal_id AND n.created_at > i.created_at)
RETURNING i.principal_id
