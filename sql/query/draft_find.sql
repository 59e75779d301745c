-- Rows of a dry run that would have made something of those keys.
-- role: app
-- params: $1 job uuid, $2 keys uuid[], $3 limit bigint
-- row: number bigint, place bigint
SELECT DISTINCT d.number, d.place
  FROM import_draft d
 WHERE d.job_id = $1 AND d.key = ANY ($2::uuid[])
 ORDER BY d.number
 LIMIT $3
