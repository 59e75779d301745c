-- What became of rows, place after place of the content.
-- role: app
-- plan: custom
-- params: $1 tenant uuid, $2 job uuid, $3 place bigint, $4 refused boolean, $5 limit bigint
-- row: place bigint, lines text
SELECT r.place, string_agg(r.lines, '' ORDER BY r.number) AS lines
  FROM import_result r
 WHERE r.job_id = $2 AND r.tenant_id = $1 AND r.place >= $3 AND ($4::boolean IS NULL OR r.refused = $4)
 GROUP BY r.place
 ORDER BY r.place
 LIMIT $5
