-- Keeps what became of rows of one place.
-- role: app
-- params: $1 job uuid, $2 place bigint, $3 number bigint, $4 refused boolean, $5 lines text
-- row: none
INSERT INTO import_result (job_id, tenant_id, tenant_path, tenant_boundary, place, number, refused, lines)
SELECT j.id, j.tenant_id, j.tenant_path, j.tenant_boundary, $2, $3, $4, $5
  FROM import_job j
 WHERE j.id = $1
