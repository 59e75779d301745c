-- What a tenant has of every pool with all below it, and what of that is used, given and left.
-- role: app
-- plan: custom
-- params: $1 tenant uuid
-- row: id uuid, path text, body json, version bigint
WITH here AS (
  SELECT t.id, t.path, quota_ended(t.path) AS ended, current_setting('bailiwick.low') AS low FROM tenant t WHERE t.id = $1
), pools AS (
  SELECT 'users' AS pool UNION SELECT 'tenants'
   UNION SELECT q.pool FROM quota q, here h WHERE q.tenant_path >= h.path AND q.tenant_path < h.path || '0'
   UNION SELECT q.pool FROM quota q, here h WHERE q.tenant_path = ANY (path_line(h.path)) AND q.tenant_path >= h.low
), shown AS (
  SELECT k.pool,
         json_build_object(
           'allotted', o.allotted,
           'used', CASE WHEN o.pool IS NULL
                        THEN quota_stock(k.pool, h.path) - coalesce((SELECT sum(quota_lost(k.pool, e)) FROM unnest(h.ended) e), 0)
                        ELSE (SELECT sum(c.used) FROM quota q JOIN quota_counter c ON c.id = q.counter
                               WHERE q.pool = k.pool AND q.tenant_path >= h.path AND q.tenant_path < h.path || '0'
                                 AND NOT EXISTS (SELECT FROM unnest(h.ended) e WHERE q.tenant_path >= e AND q.tenant_path < e || '0'))
                   END,
           'given', coalesce(c.given, (SELECT f.given FROM quota_count(k.pool, h.path) f)),
           'left', o.allotted - c.used - c.given,
           'warn_at', coalesce(o.warn_at, '{}'),
           'warning', NULLIF(quota_level(c.used + c.given, o.allotted, o.warn_at), 0),
           'bound', CASE WHEN n.pool IS NULL THEN 'unbounded' WHEN n.tenant_path >= h.low THEN 'tenant' ELSE 'above' END,
           'bound_tenant_id', CASE WHEN n.tenant_path >= h.low THEN n.tenant_id END) AS body
    FROM here h CROSS JOIN pools k
    LEFT JOIN quota o ON o.tenant_path = h.path AND o.pool = k.pool
    LEFT JOIN quota_counter c ON c.id = o.counter
    LEFT JOIN LATERAL (SELECT q.* FROM quota q WHERE q.pool = k.pool AND q.tenant_path = ANY (path_line(h.path))
                        ORDER BY q.tenant_path DESC LIMIT 1) n ON true
)
SELECT h.id, h.path,
       json_build_object(
         'tenant_id', h.id,
         'users', (SELECT s.body FROM shown s WHERE s.pool = 'users'),
         'tenants', (SELECT s.body FROM shown s WHERE s.pool = 'tenants'),
         'custom', (SELECT coalesce(json_object_agg(s.pool, s.body ORDER BY s.pool), '{}') FROM shown s
                     WHERE s.pool NOT IN ('users', 'tenants'))) AS body,
       0::bigint AS version
  FROM here h
