-- A session begins; none does when the principal's state or epoch has moved on since it was looked at, or it is deleted just
-- now: without the lock the foreign key would find that, as if the principal's tenant had been moved.
-- role: auth
-- params: $1 id uuid, $2 principal uuid, $3 epoch integer, $4 strength integer, $5 audience text, $6 expires_at timestamptz, $7 address text,
--         $8 authenticated_at timestamptz, $9 factor_at timestamptz, $10 idle_at timestamptz,
--         $11 now timestamptz
-- row: tenant_id uuid
WITH signed_in AS (
  UPDATE vault.credential c SET signed_in_at = $11 WHERE c.principal_id = $2
)
INSERT INTO session (id, principal_id, tenant_id, tenant_path, tenant_boundary, epoch, strength, audience, expires_at, address,
                     authenticated_at, factor_at, idle_at, created_at, refreshed_at)
SELECT $1, p.id, p.tenant_id, p.tenant_path, p.tenant_boundary, $3, $4::integer, $5, $6, $7, $8, $9, $10, $11, $11
  FROM principal p WHERE p.id = $2 AND p.state = 'active' AND p.epoch = $3
   FOR KEY SHARE
RETURNING tenant_id
