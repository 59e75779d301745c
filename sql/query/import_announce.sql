-- Says how much of a job's content there will be.
-- role: app
-- params: $1 id uuid, $2 announced bigint
-- row: id uuid, path text, body json, version bigint
UPDATE import_job j SET announced = $2
 WHERE j.id = $1
RETURNING j.id, j.tenant_path AS path, import_view(j, current_setting('bailiwick.low')) AS body, 0::bigint AS version
