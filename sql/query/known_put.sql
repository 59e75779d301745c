-- Somebody has signed in: where they came from is known for a while, and the device too when it is to be ($3). Keeps the eight of
-- a kind that were seen last; says what was known before.
-- role: auth
-- params: $1 principal uuid, $2 device_shown bytea, $3 device_new bytea, $4 place bytea, $5 now timestamptz
-- row: device boolean, place boolean
WITH seen AS (
  UPDATE vault.known SET seen_at = $5, expires_at = $5 + CASE kind WHEN 'device' THEN interval '90 days' ELSE interval '30 days' END
   WHERE principal_id = $1 AND digest IN ($2, $4) AND expires_at > $5 RETURNING kind
), made AS (
  INSERT INTO vault.known (principal_id, tenant_id, tenant_path, tenant_boundary, kind, digest, seen_at, expires_at)
  SELECT p.id, p.tenant_id, p.tenant_path, p.tenant_boundary, n.kind, n.digest, $5, $5 + n.life
    FROM principal p,
         (VALUES ('device', $3, interval '90 days'), ('place', $4, interval '30 days')) AS n (kind, digest, life)
   WHERE p.id = $1 AND n.digest IS NOT NULL AND NOT EXISTS (SELECT FROM seen WHERE seen.kind = n.kind)
  ON CONFLICT (principal_id, digest, tenant_path) DO UPDATE SET seen_at = EXCLUDED.seen_at, expires_at = EXCLUDED.expires_at
  RETURNING kind
), forgotten AS (
  DELETE FROM vault.known k
   USING (SELECT digest, row_number() OVER (PARTITION BY kind ORDER BY seen_at DESC, digest) AS place
            FROM vault.known WHERE principal_id = $1 AND digest NOT IN ($4, coalesce($2, $4))) AS old
   WHERE k.principal_id = $1 AND k.digest = old.digest AND old.place > 7
)
SELECT EXISTS (SELECT FROM seen WHERE kind = 'device') AS device, EXISTS (SELECT FROM seen WHERE kind = 'place') AS place
  FROM (SELECT count(*) FROM made) AS done
