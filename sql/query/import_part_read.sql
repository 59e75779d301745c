-- The parts of a job's content from a place on.
-- role: app
-- params: $1 job uuid, $2 from bigint, $3 limit bigint
-- row: begins bigint, ends bigint, sealed bytea
SELECT p.begins, p.ends, p.sealed
  FROM import_part p
 WHERE p.job_id = $1 AND p.begins >= $2
 ORDER BY p.begins
 LIMIT $3
