-- Queues a job, or ends it before its time.
-- role: app
-- params: $1 id uuid, $2 state text
-- row: id uuid, path text, body json, version bigint
UPDATE import_job j SET state = $2, ended_at = CASE WHEN $2 = 'cancelled' THEN now() END
 WHERE j.id = $1
RETURNING j.id, j.tenant_path AS path, import_view(j, current_setting('bailiwick.low')) AS body, 0::bigint AS version
