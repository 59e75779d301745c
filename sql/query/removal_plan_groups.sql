-- Puts the groups in a span of paths that no row of a job has named, though one could have, with those to be removed. A job
-- of all kinds removes none of those that it names none of.
-- role: app
-- plan: custom
-- params: $1 job uuid, $2 low text, $3 high text, $4 root text, $5 submitter uuid, $6 job_low text, $7 job_high text,
--         $8 before bigint
-- row: count bigint
WITH planned AS (
  INSERT INTO import_removal (job_id, tenant_id, tenant_path, tenant_boundary, number, kind, object_id, place_id)
  SELECT j.id, j.tenant_id, j.tenant_path, j.tenant_boundary, $8 + row_number() OVER (ORDER BY p.tenant_path, p.id),
         'group', p.id, p.tenant_id
    FROM import_job j
    JOIN principal p ON p.tenant_path >= $2 AND p.tenant_path < $3
    JOIN tenant t ON t.id = p.tenant_id AND t.path = p.tenant_path
   WHERE j.id = $1 AND p.kind = 'group' AND p.external_id IS NOT NULL AND p.id <> $5
     AND starts_with($4, p.tenant_boundary) AND import_names(t, j.tenant_path, $6, $7)
     AND (j.kind <> 'mixed' OR EXISTS (SELECT FROM import_seen s WHERE s.job_id = j.id AND s.kind = 'group'))
     AND NOT EXISTS (SELECT FROM import_seen s WHERE s.job_id = j.id AND s.object_id = p.id)
  RETURNING 1
)
SELECT count(*) AS count FROM planned
