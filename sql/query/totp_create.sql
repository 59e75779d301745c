-- An authenticator that counts for nothing until it is confirmed; it takes the place of another such one. None is made beyond
-- the number that a user may have.
-- role: auth
-- params: $1 id uuid, $2 principal uuid, $3 sealed_seed bytea, $4 name text, $5 algorithm text, $6 digits integer, $7 most bigint
-- row: id uuid
WITH owner AS (
  SELECT p.id, p.tenant_id, p.tenant_path, p.tenant_boundary, p.epoch FROM principal p
   WHERE p.id = $2 AND p.kind = 'user'
     AND (SELECT count(*) FROM vault.totp t WHERE t.principal_id = p.id AND t.confirmed_at IS NOT NULL) < $7
), gone AS (
  DELETE FROM vault.totp t USING owner WHERE t.principal_id = owner.id AND t.confirmed_at IS NULL
), anchor AS (
  INSERT INTO second_factor (principal_id, tenant_id, tenant_path, tenant_boundary)
  SELECT id, tenant_id, tenant_path, tenant_boundary FROM owner ON CONFLICT DO NOTHING
)
INSERT INTO vault.totp (id, principal_id, tenant_id, tenant_path, tenant_boundary, sealed_seed, name, algorithm, digits, epoch)
SELECT $1, id, tenant_id, tenant_path, tenant_boundary, $3, $4, $5, $6::integer, epoch FROM owner
RETURNING id
