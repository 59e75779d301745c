-- Sets at how many percent of its quota a tenant is warned.
-- role: app
-- params: $1 tenant uuid, $2 pool text, $3 warn_at text
-- row: none
UPDATE quota q SET warn_at = $3::text::smallint[], updated_at = now()
  FROM tenant t
 WHERE t.id = $1 AND q.tenant_path = t.path AND q.pool = $2
