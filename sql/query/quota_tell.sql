-- Notes of quotas that another level of warning is reached, of so many; with what each was told of before.
-- role: app
-- params: $1 most bigint
-- row: tenant_id uuid, pool text, level bigint, was bigint
WITH due AS MATERIALIZED (
  SELECT c.id, c.told FROM quota_counter c
   WHERE c.due
   ORDER BY c.id
   LIMIT $1
     FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE quota_counter c SET told = quota_level(c.used + c.given, c.allotted, c.warn_at)
  FROM due d JOIN quota q ON q.counter = d.id
 WHERE c.id = d.id
RETURNING q.tenant_id, q.pool, c.told::bigint AS level, d.told::bigint AS was
