-- Puts the memberships in a span of paths that no row of a job has named, though one could have, with those to be removed. A
-- job of all kinds removes none of those that it names none of.
-- role: app
-- plan: custom
-- params: $1 job uuid, $2 low text, $3 high text, $4 root text, $5 submitter uuid, $6 job_low text, $7 job_high text,
--         $8 before bigint
-- row: count bigint
WITH planned AS (
  INSERT INTO import_removal (job_id, tenant_id, tenant_path, tenant_boundary, number, kind, object_id, place_id)
  SELECT j.id, j.tenant_id, j.tenant_path, j.tenant_boundary, $8 + row_number() OVER (ORDER BY m.tenant_path, m.id),
         'membership', m.id, m.tenant_id
    FROM import_job j
    JOIN membership m ON m.tenant_path >= $2 AND m.tenant_path < $3
    JOIN tenant t ON t.id = m.tenant_id AND t.path = m.tenant_path
    JOIN principal g ON g.id = m.group_id AND g.tenant_path = m.tenant_path
    JOIN principal p ON p.id = m.member_id AND p.tenant_path = m.tenant_path
   WHERE j.id = $1 AND g.external_id IS NOT NULL AND p.external_id IS NOT NULL AND p.id <> $5
     AND starts_with($4, m.tenant_boundary) AND import_names(t, j.tenant_path, $6, $7)
     AND (j.kind <> 'mixed' OR EXISTS (SELECT FROM import_seen s WHERE s.job_id = j.id AND s.kind = 'membership'))
     AND NOT EXISTS (SELECT FROM import_seen s WHERE s.job_id = j.id AND s.object_id = m.id)
  RETURNING 1
)
SELECT count(*) AS count FROM planned
