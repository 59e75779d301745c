-- A tenant as it is, held against change.
-- role: app
-- params: $1 id uuid
-- row: id uuid, path text, body json, version bigint, kind text, state text, suspended_reach text
SELECT t.id, t.path, tenant_view(t, current_setting('bailiwick.low')) AS body, t.version,
       t.kind, tenant_state(t) AS state, t.suspended_reach
  FROM tenant t
 WHERE t.id = $1
   FOR NO KEY UPDATE
