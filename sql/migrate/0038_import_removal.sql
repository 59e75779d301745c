-- Jobs that bring a tenant to what their content says: what is there beside it is removed behind the last row, up to a stated number.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

-- What uses the row's type stands in the way of a column.
DROP FUNCTION import_view(import_job, text);
ALTER TABLE import_job
  -- What a step goes on with: rows, or what no row has named.
  ADD COLUMN phase text NOT NULL DEFAULT 'rows' COLLATE "C" CONSTRAINT import_job_phase CHECK (phase IN ('rows', 'removals')),
  ADD COLUMN removals_most bigint,
  -- How many there are to make, once that is known, and how many were gone through.
  ADD COLUMN removals bigint,
  ADD COLUMN removals_done bigint NOT NULL DEFAULT 0,
  ADD CONSTRAINT import_job_removals CHECK ((removals_most IS NOT NULL) = (mode = 'sync'));
GRANT UPDATE (phase, removals, removals_done) ON import_job TO bailiwick_app;

-- What rows of a job have named, for as long as it has not ended.
CREATE TABLE import_seen (
  job_id          uuid NOT NULL,
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  object_id       uuid NOT NULL,
  kind            text NOT NULL COLLATE "C" CONSTRAINT import_seen_kind CHECK (kind IN ('tenant', 'user', 'grant')),
  PRIMARY KEY (job_id, object_id, tenant_path),
  CONSTRAINT import_seen_tenant_fkey FOREIGN KEY (tenant_id, tenant_path, tenant_boundary)
    REFERENCES tenant (id, path, boundary) MATCH FULL ON UPDATE CASCADE,
  CONSTRAINT import_seen_job_path_key FOREIGN KEY (job_id, tenant_path)
    REFERENCES import_job (id, tenant_path) MATCH FULL ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX import_seen_tenant ON import_seen (tenant_id);
CREATE INDEX import_seen_kind ON import_seen (job_id, kind);

-- What a job is to remove, as it was found before the first of it was.
CREATE TABLE import_removal (
  job_id          uuid NOT NULL,
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  number          bigint NOT NULL,
  kind            text NOT NULL COLLATE "C" CONSTRAINT import_removal_kind CHECK (kind IN ('user', 'grant')),
  object_id       uuid NOT NULL,
  -- Where it stood.
  place_id        uuid NOT NULL,
  PRIMARY KEY (job_id, number, tenant_path),
  CONSTRAINT import_removal_tenant_fkey FOREIGN KEY (tenant_id, tenant_path, tenant_boundary)
    REFERENCES tenant (id, path, boundary) MATCH FULL ON UPDATE CASCADE,
  CONSTRAINT import_removal_job_path_key FOREIGN KEY (job_id, tenant_path)
    REFERENCES import_job (id, tenant_path) MATCH FULL ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX import_removal_tenant ON import_removal (tenant_id);

-- Whether a row of a job can name the tenant: it is the job's own, or the only one of that external_id in the job's span.
CREATE FUNCTION import_names(t tenant, own text, low text, high text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  RETURN t.path = own
      OR (t.external_id IS NOT NULL
          AND NOT EXISTS (SELECT FROM tenant o
                           WHERE o.external_id = t.external_id AND o.path >= low AND o.path < high AND o.path <> t.path));

-- Whoever stands below the submitter is not told who that is.
CREATE FUNCTION import_view(j import_job, low text) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
  RETURN json_build_object(
    'id', j.id, 'tenant_id', j.tenant_id,
    'submitter_id', CASE WHEN j.submitter_path >= low THEN j.submitter_id END,
    'kind', j.kind, 'format', j.format, 'mode', j.mode, 'removals_most', j.removals_most, 'on_error', j.on_error,
    'dry_run', j.dry_run, 'state', j.state, 'code', j.code,
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

SELECT wall_build('import_seen', 'tenant_path', 'tenant_boundary');
SELECT wall_build('import_removal', 'tenant_path', 'tenant_boundary');
GRANT SELECT, INSERT, DELETE ON import_seen, import_removal TO bailiwick_app;
