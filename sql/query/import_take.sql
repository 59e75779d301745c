-- Of the jobs that nobody is at and that do not rest, one of the tenant whose people's jobs were served longest ago,
-- and of theirs one at the tenant that was, held until its step is done; or that one.
-- role: app
-- params: $1 only uuid
-- row: id uuid, tenant_id uuid, tenant_path text, submitter_id uuid, submitter_kind text, submitter_home uuid,
--      submitter_weak boolean, kind text, format text, mode text, on_error text, dry_run boolean, received bigint, done
--      bigint, line bigint, skipping boolean, refused bigint, results bigint, header text,
--      phase text, removals_most bigint, removals bigint, removals_done bigint, waiting bigint, waiting_line bigint,
--      waiting_moved boolean, invitations text, mail_pace bigint, mail_next timestamptz, tries bigint,
--      again bigint, served_by uuid
SELECT j.id, j.tenant_id, j.tenant_path, j.submitter_id, j.submitter_kind, j.submitter_home, j.submitter_weak, j.kind,
       j.format, j.mode, j.on_error, j.dry_run, j.received, j.done, j.line, j.skipping, j.refused, j.results, j.header,
       j.phase, j.removals_most, j.removals, j.removals_done,
       coalesce(j.waiting, 0) AS waiting, coalesce(j.waiting_line, 0) AS waiting_line,
       coalesce(j.waiting_moved, false) AS waiting_moved, j.invitations, j.mail_pace, j.mail_next, coalesce(j.tries, 0) AS tries,
       coalesce(j.again, 0) AS again, j.served_by
  FROM import_job j
 WHERE j.state IN ('queued', 'running') AND (j.id = $1 OR ($1::uuid IS NULL AND (
       j.tries IS NULL OR j.served_at + make_interval(secs => j.tries * j.tries) < now())))
 ORDER BY (SELECT max(o.served_at) FROM import_job o WHERE o.submitter_home = j.submitter_home) NULLS FIRST,
          (SELECT max(o.served_at) FROM import_job o WHERE o.tenant_id = j.tenant_id) NULLS FIRST, j.created_at, j.id
 LIMIT 1
   FOR NO KEY UPDATE OF j SKIP LOCKED
