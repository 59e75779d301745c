-- The pools of which a tenant that is over would find too little left if it were restored.
-- role: app
-- plan: custom
-- params: $1 tenant uuid
-- row: pool text, bound uuid
SELECT l.pool,
       (SELECT q.tenant_id FROM quota q
         WHERE q.pool = l.pool AND q.tenant_path = ANY (path_line(t.parent_path)) AND q.tenant_path >= current_setting('bailiwick.low')
         ORDER BY q.tenant_path DESC LIMIT 1) AS bound
  FROM tenant t, quota_tenant_lacks(t.path, NULL, t.parent_path) AS l (pool)
 WHERE t.id = $1
