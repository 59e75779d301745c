-- Puts in a token to reset a password that the person asked for, unless they had as many in the last hour, or their address is one
-- that somebody gave them within the last day.
-- role: auth
-- params: $1 id uuid, $2 principal uuid, $3 digest bytea, $4 expires_at timestamptz, $5 most bigint
-- row: id uuid
INSERT INTO vault.invitation (id, principal_id, tenant_id, tenant_path, tenant_boundary, digest, purpose, expires_at)
SELECT $1, p.id, p.tenant_id, p.tenant_path, p.tenant_boundary, $3, 'reset', $4
  FROM principal p
 WHERE p.id = $2 AND p.kind = 'user'
   AND (p.email_changed_at IS NULL OR p.email_changed_at < now() - interval '1 day')
   AND $5 > (SELECT count(*) FROM vault.invitation i
              WHERE i.principal_id = $2 AND i.purpose = 'reset' AND i.issued_by IS NULL
                AND i.created_at > now() - interval '1 hour')
RETURNING id
