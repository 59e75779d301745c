-- A step of a job is done: how far it is, and what was counted in this step. With a state it has ended.
-- role: app
-- params: $1 id uuid, $2 done bigint, $3 line bigint, $4 skipping boolean, $5 created bigint, $6 updated bigint, $7
--         unchanged bigint, $8 removed bigint, $9 refused bigint, $10 results bigint, $11 state text, $12 code text, $13 header text,
--         $14 phase text, $15 removals bigint, $16 removals_done bigint,
--         $17 waiting bigint, $18 waiting_line bigint, $19 waiting_moved boolean, $20 mail_next timestamptz, $21 served_by uuid
-- row: id uuid, path text, body json, version bigint, named json
UPDATE import_job j
   SET done = $2, line = $3, skipping = $4, header = $13, created = j.created + $5, updated = j.updated + $6,
       unchanged = j.unchanged + $7, removed = j.removed + $8, refused = j.refused + $9, results = $10,
       phase = $14, removals = $15, removals_done = $16, waiting = $17,
       waiting_line = $18, waiting_moved = $19, mail_next = coalesce($20, j.mail_next),
       state = coalesce($11, 'running'), code = $12, started_at = coalesce(j.started_at, now()),
       tries = NULL, again = NULL, served_by = $21, served_at = clock_timestamp(), ended_at = CASE WHEN $11 IS NOT NULL THEN clock_timestamp() END
 WHERE j.id = $1
RETURNING j.id, j.tenant_path AS path, import_view(j, current_setting('bailiwick.low')) AS body, 0::bigint AS version,
          json_build_object('submitter_id', j.submitter_path) AS named
