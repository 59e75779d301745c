-- Keeps what became of rows.
-- role: app
-- params: $1 job uuid, $2 number bigint, $3 refused boolean, $4 lines text
-- row: none
INSERT INTO import_result (job_id, tenant_id, tenant_path, tenant_boundary, number, refused, lines)
SELECT j.id, j.tenant_id, j.tenant_path, j.tenant_boundary, $2, $3, $4
  FROM import_job j
 WHERE j.id = $1
