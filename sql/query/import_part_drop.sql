-- Forgets the content of a job.
-- role: app
-- params: $1 job uuid
-- row: none
DELETE FROM import_part WHERE job_id = $1
