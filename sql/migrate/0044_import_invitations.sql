-- Whom a job makes it may invite: by letters at a pace, or by links, which are made when they are asked for and stand nowhere.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

-- What uses the row's type stands in the way of a column.
DROP FUNCTION import_view(import_job, text);

ALTER TABLE import_job
  ADD COLUMN invitations text NOT NULL DEFAULT 'none' COLLATE "C"
             CONSTRAINT import_job_invitations CHECK (invitations IN ('none', 'link', 'mail')),
  -- Letters a minute, and when the next one may go.
  ADD COLUMN mail_pace bigint,
  ADD COLUMN mail_next timestamptz,
  ADD CONSTRAINT import_job_mail_pace CHECK ((invitations = 'mail') = (mail_pace IS NOT NULL) AND mail_pace > 0);
GRANT UPDATE (mail_next) ON import_job TO bailiwick_app;

-- Whoever stands below the submitter is not told who that is.
CREATE FUNCTION import_view(j import_job, low text) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
  RETURN json_build_object(
    'id', j.id, 'tenant_id', j.tenant_id,
    'submitter_id', CASE WHEN j.submitter_path >= low THEN j.submitter_id END,
    'kind', j.kind, 'format', j.format, 'mode', j.mode, 'removals_most', j.removals_most, 'on_error', j.on_error,
    'dry_run', j.dry_run, 'invitations', j.invitations, 'mail_pace', j.mail_pace, 'state', j.state, 'code', j.code,
    'bytes_announced', greatest(j.announced, j.received), 'bytes_received', j.received, 'bytes_done', j.done, 'line', j.line,
    'counts', json_build_object('created', j.created, 'updated', j.updated, 'unchanged', j.unchanged,
                                'removed', j.removed, 'refused', j.refused),
    'removals', j.removals,
    'rows_per_second', CASE WHEN j.started_at IS NOT NULL THEN
      round((j.created + j.updated + j.unchanged + j.removed + j.refused)
            / greatest(extract(epoch FROM coalesce(j.ended_at, j.served_at, j.started_at) - j.started_at), 0.001))::bigint END,
    'expected_end', CASE WHEN j.state = 'running' AND j.done > 0 AND j.served_at > j.started_at THEN
      rfc3339(j.served_at + (j.served_at - j.started_at)
              * ((j.received - j.done + coalesce(j.removals, 0) - j.removals_done)::double precision / j.done)) END,
    'created_at', rfc3339(j.created_at), 'started_at', rfc3339(j.started_at), 'ended_at', rfc3339(j.ended_at));
