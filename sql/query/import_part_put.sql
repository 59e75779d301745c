-- Keeps a part of a job's content, sealed; a longer one takes the place of its beginning.
-- role: app
-- params: $1 job uuid, $2 begins bigint, $3 ends bigint, $4 sealed bytea
-- row: none
INSERT INTO import_part (job_id, tenant_id, tenant_path, tenant_boundary, begins, ends, sealed)
SELECT j.id, j.tenant_id, j.tenant_path, j.tenant_boundary, $2, $3, $4
  FROM import_job j
 WHERE j.id = $1
    ON CONFLICT (job_id, begins, tenant_path) DO UPDATE SET ends = EXCLUDED.ends, sealed = EXCLUDED.sealed
