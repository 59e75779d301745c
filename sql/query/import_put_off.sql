-- A step of a job has failed: others are next, and where that counts as a try the job rests; else it may be to be taken again.
-- role: app
-- params: $1 id uuid, $2 counted boolean, $3 again boolean
-- row: none
UPDATE import_job j SET tries = CASE WHEN $2 THEN coalesce(j.tries, 0) + 1 ELSE j.tries END,
       again = CASE WHEN $3 THEN coalesce(j.again, 0) + 1 ELSE j.again END, served_at = clock_timestamp()
 WHERE j.id = $1
