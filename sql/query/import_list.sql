-- A page of the import jobs of a tenant, newest first.
-- role: app
-- plan: custom
-- params: $1 tenant uuid, $2 before_id uuid, $3 state text, $4 limit bigint
-- row: id uuid, path text, body json, version bigint
SELECT j.id, j.tenant_path AS path, import_view(j, current_setting('bailiwick.low')) AS body, 0::bigint AS version
  FROM import_job j
 WHERE j.tenant_id = $1 AND j.id < $2 AND ($3::text IS NULL OR j.state = $3)
 ORDER BY j.id DESC
 LIMIT $4
