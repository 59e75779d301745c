-- What became of rows, in the order in which they were gone through.
-- role: app
-- plan: custom
-- params: $1 tenant uuid, $2 job uuid, $3 after bigint, $4 refused boolean, $5 limit bigint
-- row: number bigint, lines text
SELECT r.number, r.lines
  FROM import_result r
 WHERE r.job_id = $2 AND r.tenant_id = $1 AND r.number > $3 AND ($4::boolean IS NULL OR r.refused = $4)
 ORDER BY r.number
 LIMIT $5
