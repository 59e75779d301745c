-- Puts the grants in a span of paths that no row of a job has named, though one could have, with those to be removed. A job of all kinds
-- removes none of those that it names none of, and one that names none of a client or of a group none of theirs.
-- role: app
-- plan: custom
-- params: $1 job uuid, $2 low text, $3 high text, $4 root text, $5 submitter uuid, $6 job_low text, $7 job_high text, $8 before
--         bigint
-- row: count bigint
WITH planned AS (
  INSERT INTO import_removal (job_id, tenant_id, tenant_path, tenant_boundary, number, kind, object_id, place_id)
  SELECT j.id, j.tenant_id, j.tenant_path, j.tenant_boundary, $8 + row_number() OVER (ORDER BY g.tenant_path, g.id), 'grant', g.id,
         g.tenant_id
    FROM import_job j
    JOIN "grant" g ON g.tenant_path >= $2 AND g.tenant_path < $3
    JOIN tenant t ON t.id = g.tenant_id AND t.path = g.tenant_path
    JOIN principal p ON p.id = g.principal_id AND p.tenant_path = g.principal_path
    JOIN tenant h ON h.id = p.tenant_id AND h.path = p.tenant_path
   WHERE j.id = $1 AND p.external_id IS NOT NULL AND p.id <> $5
     AND (g.expires_at IS NULL OR g.expires_at > now()) AND p.tenant_path >= $6 AND p.tenant_path < $7
     AND starts_with($4, g.tenant_boundary) AND starts_with($4, p.tenant_boundary)
     AND import_names(t, j.tenant_path, $6, $7) AND import_names(h, j.tenant_path, $6, $7)
     AND (j.kind <> 'mixed' OR EXISTS (SELECT FROM import_seen s WHERE s.job_id = j.id AND s.kind = 'grant'))
     AND (p.kind = 'user' OR EXISTS (
           SELECT FROM import_seen s
             JOIN "grant" n ON n.id = s.object_id AND n.tenant_path >= $6 AND n.tenant_path < $7
             JOIN principal q ON q.id = n.principal_id AND q.tenant_path = n.principal_path
            WHERE s.job_id = j.id AND s.kind = 'grant' AND q.kind = p.kind))
     AND NOT EXISTS (SELECT FROM import_seen s WHERE s.job_id = j.id AND s.object_id = g.id)
  RETURNING 1
)
SELECT count(*) AS count FROM planned
