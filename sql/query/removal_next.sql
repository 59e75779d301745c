-- What a job is to remove next.
-- role: app
-- params: $1 job uuid, $2 after bigint, $3 limit bigint
-- row: number bigint, kind text, id uuid, place uuid
SELECT r.number, r.kind, r.object_id AS id, r.place_id AS place
  FROM import_removal r
 WHERE r.job_id = $1 AND r.number > $2
 ORDER BY r.number
 LIMIT $3
