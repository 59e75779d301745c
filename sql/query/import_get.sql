-- An import job of a tenant.
-- role: app
-- params: $1 tenant uuid, $2 id uuid
-- row: id uuid, path text, body json, version bigint
SELECT j.id, j.tenant_path AS path, import_view(j, current_setting('bailiwick.low')) AS body, 0::bigint AS version
  FROM import_job j
 WHERE j.tenant_id = $1 AND j.id = $2
