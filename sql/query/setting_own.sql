-- What a tenant itself has set in a section, as one object.
-- role: app
-- params: $1 tenant uuid, $2 section text
-- row: body json
SELECT coalesce(json_object_agg(s.name, s.value ORDER BY s.name), '{}') AS body
  FROM tenant t
  JOIN tenant_setting s ON s.tenant_path = t.path AND s.section = $2
 WHERE t.id = $1
