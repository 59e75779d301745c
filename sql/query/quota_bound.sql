-- The nearest at or above a tenant that has a quota of a pool, as far as it is seen; and what of the pool is used or given there.
-- role: app
-- plan: custom
-- params: $1 tenant uuid, $2 pool text
-- row: bound uuid, spoken bigint
SELECT (SELECT q.tenant_id FROM quota q
         WHERE q.pool = $2 AND q.tenant_path = ANY (path_line(t.path)) AND q.tenant_path >= current_setting('bailiwick.low')
         ORDER BY q.tenant_path DESC LIMIT 1) AS bound,
       (SELECT c.used + c.given FROM quota_count($2, t.path) c) AS spoken
  FROM tenant t
 WHERE t.id = $1
