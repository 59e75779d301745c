-- A step of a job has failed: others are next, and where that counts as a try the job rests.
-- role: app
-- params: $1 id uuid, $2 counted boolean
-- row: none
UPDATE import_job j SET tries = CASE WHEN $2 THEN coalesce(j.tries, 0) + 1 ELSE j.tries END, served_at = clock_timestamp()
 WHERE j.id = $1
