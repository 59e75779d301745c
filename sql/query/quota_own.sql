-- What a tenant was given, as one object.
-- role: app
-- params: $1 tenant uuid
-- row: body json
SELECT coalesce(json_object_agg(q.pool, json_build_object('allotted', q.allotted, 'warn_at', q.warn_at) ORDER BY q.pool), '{}') AS body
  FROM tenant t JOIN quota q ON q.tenant_path = t.path
 WHERE t.id = $1
