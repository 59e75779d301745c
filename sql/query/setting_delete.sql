-- Takes a tenant's own setting away.
-- role: app
-- params: $1 tenant uuid, $2 section text, $3 name text
-- row: none
DELETE FROM tenant_setting s
 USING tenant t
 WHERE t.id = $1 AND s.tenant_path = t.path AND s.section = $2 AND s.name = $3
