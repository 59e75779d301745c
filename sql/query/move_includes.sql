-- Has roles below a path include no longer what stays behind when it goes below another; what they included, before and after.
-- role: app
-- plan: custom
-- params: $1 low text, $2 high text, $3 parent_path text
-- row: id uuid, tenant_id uuid, before text, after text
WITH gone AS (
  DELETE FROM role_include i
   WHERE i.tenant_path >= $1 AND i.tenant_path < $2 AND include_stays(i, $1, path_line($3))
  RETURNING i.role_id, i.included_id
), touched AS (
  UPDATE role r SET version = r.version + 1
   WHERE r.id IN (SELECT role_id FROM gone)
  RETURNING r.id, r.tenant_id
)
SELECT t.id, t.tenant_id, json_build_object('includes', array_agg(i.included_id ORDER BY i.included_id))::text AS before,
       json_build_object('includes', coalesce(array_agg(i.included_id ORDER BY i.included_id) FILTER (WHERE g.role_id IS NULL), '{}'))::text AS after
  FROM touched t
  JOIN role_include i ON i.role_id = t.id
  LEFT JOIN gone g ON g.role_id = i.role_id AND g.included_id = i.included_id
 GROUP BY t.id, t.tenant_id
