-- Keeps what rows of a dry run would have made.
-- role: app
-- params: $1 job uuid, $2 keys uuid[], $3 numbers bigint[], $4 places bigint[]
-- row: none
INSERT INTO import_draft (job_id, tenant_id, tenant_path, tenant_boundary, key, number, place)
SELECT DISTINCT j.id, j.tenant_id, j.tenant_path, j.tenant_boundary, d.key, d.number, d.place
  FROM import_job j CROSS JOIN unnest($2::uuid[], $3::bigint[], $4::bigint[]) AS d (key, number, place)
 WHERE j.id = $1
