-- The next lines of a job that wait.
-- role: app
-- params: $1 job uuid, $2 after bigint, $3 limit bigint
-- row: line bigint, place bigint
SELECT w.line, w.place
  FROM import_waiting w
 WHERE w.job_id = $1 AND w.line > $2
 ORDER BY w.line
 LIMIT $3
