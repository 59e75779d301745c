-- The authenticator that waits for its first code: the newest, for ten minutes, and while the sessions of its time live.
-- role: auth
-- params: $1 principal uuid
-- row: id uuid, tenant_id uuid, sealed_seed bytea, last_step bigint, algorithm text, digits smallint
SELECT t.id, t.tenant_id, t.sealed_seed, t.last_step, t.algorithm, t.digits
  FROM vault.totp t
  JOIN principal p ON p.id = t.principal_id AND p.tenant_path = t.tenant_path
 WHERE t.principal_id = $1 AND t.confirmed_at IS NULL AND t.epoch = p.epoch AND t.created_at > now() - interval '10 minutes'
 ORDER BY t.created_at DESC, t.id DESC
 LIMIT 1
