-- How much of a job's content was announced: what was cut short is not taken for all of it.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

-- What uses the row's type stands in the way of a column.
DROP FUNCTION import_view(import_job, text);

-- Bytes of the content up to the end of what is being sent, or was sent last.
ALTER TABLE import_job ADD announced bigint NOT NULL DEFAULT 0;
GRANT UPDATE (announced) ON import_job TO bailiwick_app;

-- Whoever stands below the submitter is not told who that is.
CREATE FUNCTION import_view(j import_job, low text) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
  RETURN json_build_object(
    'id', j.id, 'tenant_id', j.tenant_id,
    'submitter_id', CASE WHEN j.submitter_path >= low THEN j.submitter_id END,
    'kind', j.kind, 'format', j.format, 'mode', j.mode, 'on_error', j.on_error, 'dry_run', j.dry_run,
    'state', j.state, 'code', j.code, 'bytes_announced', greatest(j.announced, j.received),
    'bytes_received', j.received, 'bytes_done', j.done, 'line', j.line,
    'counts', json_build_object('created', j.created, 'updated', j.updated, 'unchanged', j.unchanged,
                                'removed', j.removed, 'refused', j.refused),
    'rows_per_second', CASE WHEN j.started_at IS NOT NULL THEN
      round((j.created + j.updated + j.unchanged + j.removed + j.refused)
            / greatest(extract(epoch FROM coalesce(j.ended_at, j.served_at, j.started_at) - j.started_at), 0.001))::bigint END,
    'expected_end', CASE WHEN j.state = 'running' AND j.done > 0 AND j.served_at > j.started_at THEN
      rfc3339(j.served_at + (j.served_at - j.started_at) * ((j.received - j.done)::double precision / j.done)) END,
    'created_at', rfc3339(j.created_at), 'started_at', rfc3339(j.started_at), 'ended_at', rfc3339(j.ended_at));
