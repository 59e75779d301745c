-- What is set at and below a tenant in a section.
-- role: app
-- plan: custom
-- params: $1 low text, $2 high text, $3 section text, $4 limit bigint
-- row: path text, tenant_id uuid, set_path text, name text, value text
SELECT $1 AS path, s.tenant_id, s.tenant_path AS set_path, s.name, setting_text(s.value) AS value
  FROM tenant_setting s
 WHERE s.tenant_path >= $1 AND s.tenant_path < $2 AND s.section = $3
 ORDER BY s.tenant_path, s.name
 LIMIT $4
