-- Takes a key whose request no other transaction has under way, unless its reply is kept.
-- role: app
-- params: $1 root_tenant uuid, $2 principal uuid, $3 key text, $4 digest bytea
-- row: held boolean, claimed boolean
WITH lock AS MATERIALIZED (
  SELECT pg_try_advisory_xact_lock(hashtextextended($2::uuid::text || ' ' || $3, 0)) AS held
), claim AS (
  INSERT INTO idempotency AS i (tenant_id, tenant_path, tenant_boundary, principal_id, key, request_digest)
  SELECT t.id, t.path, t.boundary, $2, $3, $4
    FROM lock, tenant t
   WHERE lock.held AND t.id = $1
  ON CONFLICT (principal_id, key, tenant_path) DO UPDATE
     SET request_digest = $4, status = NULL, body = NULL, location = NULL, created_at = now()
   WHERE i.created_at < now() - interval '24 hours'
  RETURNING 1
)
SELECT lock.held, EXISTS (SELECT FROM claim) AS claimed
  FROM lock
