-- Says how much of a job's content is here.
-- role: app
-- params: $1 id uuid, $2 received bigint
-- row: none
UPDATE import_job SET received = $2 WHERE id = $1
