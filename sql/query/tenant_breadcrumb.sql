-- A tenant and what stands above it, from the scope's root down.
-- role: app
-- plan: custom
-- params: $1 id uuid
-- row: id uuid, path text, body json, version bigint
SELECT t.id, t.path, tenant_view(t, current_setting('bailiwick.low')) AS body, t.version
  FROM tenant t
 WHERE t.path = ANY (ARRAY(SELECT left(x.path, 9 * i) FROM tenant x, generate_series(1, length(x.path) / 9) i
                            WHERE x.id = $1))
 ORDER BY t.path
