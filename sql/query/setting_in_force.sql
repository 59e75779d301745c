-- Where a tenant stands, and the settings of a section at it and above it, from the root down: for who is signing in.
-- role: auth
-- params: $1 tenant uuid, $2 section text
-- row: path text, tenant_id uuid, set_path text, name text, value text
SELECT t.path, s.tenant_id, s.tenant_path AS set_path, s.name, setting_text(s.value) AS value
  FROM tenant t
  LEFT JOIN tenant_setting s ON s.section = $2
        AND s.tenant_path = ANY (ARRAY(SELECT left(t.path, 9 * i) FROM generate_series(1, length(t.path) / 9) i))
 WHERE t.id = $1
 ORDER BY s.tenant_path, s.name
