-- An authenticator that counts for nothing until it is confirmed; it takes the place of another such one. None is made beyond
-- the number that a user may have, nor once their sessions ended: no row. Who resets the user's factors waits, or is waited for.
-- role: auth
-- params: $1 id uuid, $2 principal uuid, $3 sealed_seed bytea, $4 name text, $5 algorithm text, $6 digits integer, $7 most bigint,
--   $8 epoch integer
-- row: is_full boolean
WITH owner AS MATERIALIZED (
  SELECT p.id, p.tenant_id, p.tenant_path, p.tenant_boundary, p.epoch,
         (SELECT count(*) FROM vault.totp t WHERE t.principal_id = p.id AND t.confirmed_at IS NOT NULL) >= $7 AS is_full
    FROM principal p
   WHERE p.id = $2 AND p.kind = 'user' AND p.epoch = $8
     FOR NO KEY UPDATE OF p
), gone AS (
  DELETE FROM vault.totp t USING owner WHERE t.principal_id = owner.id AND t.confirmed_at IS NULL AND NOT owner.is_full
), anchor AS (
  INSERT INTO second_factor (principal_id, tenant_id, tenant_path, tenant_boundary)
  SELECT id, tenant_id, tenant_path, tenant_boundary FROM owner WHERE NOT is_full ON CONFLICT DO NOTHING
), made AS (
  INSERT INTO vault.totp (id, principal_id, tenant_id, tenant_path, tenant_boundary, sealed_seed, name, algorithm, digits, epoch)
  SELECT $1, id, tenant_id, tenant_path, tenant_boundary, $3, $4, $5, $6::integer, epoch FROM owner WHERE NOT is_full
)
SELECT is_full FROM owner
