-- Keeps lines of a job that wait for what stands further down.
-- role: app
-- params: $1 job uuid, $2 lines bigint[], $3 places bigint[]
-- row: none
INSERT INTO import_waiting (job_id, tenant_id, tenant_path, tenant_boundary, line, place)
SELECT j.id, j.tenant_id, j.tenant_path, j.tenant_boundary, w.line, w.place
  FROM import_job j CROSS JOIN unnest($2::bigint[], $3::bigint[]) AS w (line, place)
 WHERE j.id = $1
