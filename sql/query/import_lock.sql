-- An import job as it is, held against change; while it runs, this waits for the step under way.
-- role: app
-- params: $1 tenant uuid, $2 id uuid
-- row: id uuid, path text, body json, version bigint, state text, received bigint, announced bigint, named json,
--      submitter_id uuid
SELECT j.id, j.tenant_path AS path, import_view(j, current_setting('bailiwick.low')) AS body, 0::bigint AS version,
       j.state, j.received, j.announced, json_build_object('submitter_id', j.submitter_path) AS named, j.submitter_id
  FROM import_job j
 WHERE j.tenant_id = $1 AND j.id = $2
   FOR NO KEY UPDATE
