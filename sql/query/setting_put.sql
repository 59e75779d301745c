-- Sets a setting of a tenant; its kind says what the text is: number, boolean, string, or array of lines.
-- role: app
-- params: $1 tenant uuid, $2 section text, $3 name text, $4 kind text, $5 value text
-- row: none
INSERT INTO tenant_setting AS s (tenant_id, tenant_path, tenant_boundary, section, name, value)
SELECT t.id, t.path, t.boundary, $2, $3,
       CASE $4 WHEN 'number' THEN to_jsonb($5::text::bigint) WHEN 'boolean' THEN to_jsonb($5::text::boolean)
               WHEN 'array' THEN to_jsonb(string_to_array($5::text, E'\n')) ELSE to_jsonb($5::text) END
  FROM tenant t
 WHERE t.id = $1
ON CONFLICT (tenant_path, section, name) DO UPDATE SET value = EXCLUDED.value, updated_at = now()
