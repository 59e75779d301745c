-- Keeps what rows of a job have named.
-- role: app
-- params: $1 job uuid, $2 kinds text[], $3 ids uuid[]
-- row: none
INSERT INTO import_seen (job_id, tenant_id, tenant_path, tenant_boundary, kind, object_id)
SELECT j.id, j.tenant_id, j.tenant_path, j.tenant_boundary, o.kind, o.id
  FROM import_job j CROSS JOIN unnest($2::text[], $3::uuid[]) AS o (kind, id)
 WHERE j.id = $1
    ON CONFLICT DO NOTHING
