-- Puts a mail to a person in about a step of theirs, or of who would be them; none for who has no address, and none when they
-- were told the same less than `hush` seconds ago.
-- role: auth
-- params: $1 id uuid, $2 principal uuid, $3 kind text, $4 sealed_token bytea, $5 address text, $6 happened_at timestamptz, $7 expires_at timestamptz, $8 hush bigint
-- row: none
INSERT INTO vault.outbox (id, principal_id, tenant_id, tenant_path, tenant_boundary, kind, recipient, sealed_token, address,
                          happened_at, expires_at)
SELECT $1, p.id, p.tenant_id, p.tenant_path, p.tenant_boundary, $3, p.email, $4, $5, $6, $7
  FROM principal p
 WHERE p.id = $2 AND p.kind = 'user' AND p.email IS NOT NULL
   AND NOT EXISTS (SELECT FROM vault.outbox o
                    WHERE o.principal_id = $2 AND o.kind = $3 AND o.happened_at > $6::timestamptz - $8::bigint * interval '1 second')
