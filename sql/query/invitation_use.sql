-- Spends a one-time token of that purpose, once, unless a password has come since it was made.
-- role: auth
-- params: $1 digest bytea, $2 now timestamptz, $3 purpose text
-- row: principal_id uuid
UPDATE vault.invitation i SET used_at = $2
 WHERE i.digest = $1 AND i.purpose = $3 AND i.used_at IS NULL AND i.expires_at > $2
   AND NOT EXISTS (SELECT FROM vault.invitation n
                    WHERE n.principal_id = i.principal_id AND (n.created_at, n.id) > (i.created_at, i.id))
   AND NOT EXISTS (SELECT FROM vault.credential c WHERE c.principal_id = i.principal_id AND c.changed_at > i.created_at)
RETURNING i.principal_id
