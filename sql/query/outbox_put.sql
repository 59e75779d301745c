-- Puts a mail to a person in, under the scope of the change that it tells of; none for who has no address. One that is due at a time
-- goes behind all others.
-- role: app
-- params: $1 id uuid, $2 principal uuid, $3 kind text, $4 recipient text, $5 sealed_token bytea, $6 happened_at timestamptz, $7
--         expires_at timestamptz, $8 due timestamptz
-- row: none
INSERT INTO vault.outbox (id, principal_id, tenant_id, tenant_path, tenant_boundary, kind, recipient, sealed_token, happened_at,
                          expires_at, next_at, bulk)
SELECT $1, p.id, p.tenant_id, p.tenant_path, p.tenant_boundary, $3, coalesce($4, p.email), $5, $6, $7, coalesce($8, now()),
       $8::timestamptz IS NOT NULL
  FROM principal p
 WHERE p.id = $2 AND p.kind = 'user' AND coalesce($4, p.email) IS NOT NULL
