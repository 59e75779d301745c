-- Forgets the content of a job, and what else is kept of it until it ends.
-- role: app
-- params: $1 job uuid
-- row: none
WITH waiting AS (DELETE FROM import_waiting WHERE job_id = $1),
     seen AS (DELETE FROM import_seen WHERE job_id = $1),
     planned AS (DELETE FROM import_removal WHERE job_id = $1),
     drafted AS (DELETE FROM import_draft WHERE job_id = $1)
DELETE FROM import_part WHERE job_id = $1
