-- Which process took the last step of an import job, for another's snapshot may be behind it; how often in a row its next step was
-- to be taken again; and when it ends, by its rows too: what waits, and what is to be removed, is ahead when all bytes are gone
-- through.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

-- What uses the row's type stands in the way of a column.
DROP FUNCTION import_view(import_job, text);
ALTER TABLE import_job
  ADD COLUMN served_by uuid,
  ADD COLUMN again bigint;
GRANT UPDATE (served_by, again) ON import_job TO bailiwick_app;

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
    'rows_waiting', coalesce(j.waiting, 0), 'removals', j.removals,
    'rows_per_second', CASE WHEN j.started_at IS NOT NULL THEN
      round((j.created + j.updated + j.unchanged + j.removed + j.refused)
            / greatest(extract(epoch FROM coalesce(j.ended_at, j.served_at, j.started_at) - j.started_at), 0.001))::bigint END,
    'expected_end', CASE WHEN j.state = 'running' AND j.done > 0 AND j.served_at > j.started_at THEN
      rfc3339(j.served_at + (j.served_at - j.started_at)
              * ((j.received - j.done)::double precision / j.done
                 + (coalesce(j.waiting, 0) + coalesce(j.removals, 0) - j.removals_done)::double precision
                   / greatest(j.created + j.updated + j.unchanged + j.removed + j.refused + coalesce(j.waiting, 0), 1))) END,
    'created_at', rfc3339(j.created_at), 'started_at', rfc3339(j.started_at), 'ended_at', rfc3339(j.ended_at));
