-- How many import jobs run, and how many wait for their first step.
-- role: app
-- params: none
-- row: running bigint, waiting bigint
SELECT count(*) FILTER (WHERE j.state = 'running') AS running, count(*) FILTER (WHERE j.state = 'queued') AS waiting
  FROM import_job j
 WHERE j.state IN ('queued', 'running')
