-- Forgets lines of a job that wait no longer.
-- role: app
-- params: $1 job uuid, $2 lines bigint[]
-- row: none
DELETE FROM import_waiting WHERE job_id = $1 AND line = ANY ($2::bigint[])
