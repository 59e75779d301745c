-- A one-time token of that purpose that can still be used: the newest of its user, not spent, not expired, and no
-- password has come since.
-- role: auth
-- params: $1 digest bytea, $2 now timestamptz, $3 purpose text
-- row: principal_id uuid
SELECT i.principal_id
  FROM vault.invitation i
  JOIN principal p ON p.id = i.principal_id AND p.tenant_path = i.tenant_path
 WHERE i.digest = $1 AND i.purpose = $3 AND i.used_at IS NULL AND i.expires_at > $2 AND p.state IN ('invited', 'active')
   AND NOT EXISTS (SELECT FROM vault.invitation n
                    WHERE n.principal_id = i.principal_id AND (n.created_at, n.id) > (i.created_at, i.id))
   AND NOT EXISTS (SELECT FROM vault.credential c WHERE c.principal_id = i.principal_id AND c.changed_at > i.created_at)
