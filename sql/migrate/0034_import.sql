-- Import jobs: what is to be loaded where, how far that is, and what became of every row.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

CREATE TABLE import_job (
  id              uuid NOT NULL,
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  -- By whose rights it runs; they are asked for again at every row.
  submitter_id    uuid NOT NULL,
  submitter_kind  text NOT NULL COLLATE "C" CONSTRAINT import_job_submitter CHECK (submitter_kind IN ('user', 'client')),
  submitter_home  uuid NOT NULL,
  -- Outside the cascade, as in an event.
  submitter_path  text NOT NULL COLLATE "C",
  submitter_weak  boolean NOT NULL,
  kind            text NOT NULL COLLATE "C" CONSTRAINT import_job_kind CHECK (kind IN ('tenants', 'users', 'grants', 'mixed')),
  format          text NOT NULL COLLATE "C" CONSTRAINT import_job_format CHECK (format IN ('ndjson', 'csv')),
  mode            text NOT NULL COLLATE "C" CONSTRAINT import_job_mode CHECK (mode IN ('create', 'upsert', 'delete', 'sync')),
  on_error        text NOT NULL COLLATE "C" CONSTRAINT import_job_on_error CHECK (on_error IN ('stop', 'continue')),
  dry_run         boolean NOT NULL,
  state           text NOT NULL DEFAULT 'open' COLLATE "C" CONSTRAINT import_job_state
                  CHECK (state IN ('open', 'queued', 'running', 'done', 'stopped', 'cancelled')),
  -- Why it was stopped.
  code            text COLLATE "C",
  received        bigint NOT NULL DEFAULT 0,
  -- Bytes that were gone through, and the line behind them.
  done            bigint NOT NULL DEFAULT 0,
  line            bigint NOT NULL DEFAULT 1,
  -- It stopped in the middle of a line that is too long.
  skipping        boolean NOT NULL DEFAULT false,
  -- Of a CSV, once it is read.
  header          text,
  created         bigint NOT NULL DEFAULT 0,
  updated         bigint NOT NULL DEFAULT 0,
  unchanged       bigint NOT NULL DEFAULT 0,
  removed         bigint NOT NULL DEFAULT 0,
  refused         bigint NOT NULL DEFAULT 0,
  results         bigint NOT NULL DEFAULT 0,
  created_at      timestamptz NOT NULL DEFAULT now(),
  started_at      timestamptz,
  served_at       timestamptz,
  ended_at        timestamptz,
  PRIMARY KEY (id, tenant_path),
  CONSTRAINT import_job_end CHECK ((ended_at IS NOT NULL) = (state IN ('done', 'stopped', 'cancelled'))),
  CONSTRAINT import_job_tenant_fkey FOREIGN KEY (tenant_id, tenant_path, tenant_boundary)
    REFERENCES tenant (id, path, boundary) MATCH FULL ON UPDATE CASCADE
);
CREATE INDEX import_job_list ON import_job (tenant_id, id);
CREATE INDEX import_job_served ON import_job (tenant_id, served_at);
CREATE INDEX import_job_waiting ON import_job (created_at) WHERE state IN ('queued', 'running');
CREATE INDEX import_job_open ON import_job (created_at) WHERE state = 'open';
CREATE INDEX import_job_ended ON import_job (ended_at) WHERE ended_at IS NOT NULL;

-- What was sent, sealed, for as long as the job has not ended: there may be hashes of passwords in it.
CREATE TABLE import_part (
  job_id          uuid NOT NULL,
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  begins          bigint NOT NULL,
  ends            bigint NOT NULL,
  sealed          bytea NOT NULL,
  PRIMARY KEY (job_id, begins, tenant_path),
  CONSTRAINT import_part_span CHECK (ends > begins),
  CONSTRAINT import_part_tenant_fkey FOREIGN KEY (tenant_id, tenant_path, tenant_boundary)
    REFERENCES tenant (id, path, boundary) MATCH FULL ON UPDATE CASCADE,
  CONSTRAINT import_part_job_path_key FOREIGN KEY (job_id, tenant_path)
    REFERENCES import_job (id, tenant_path) MATCH FULL ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX import_part_tenant ON import_part (tenant_id);
-- It is noise: nothing makes it smaller.
ALTER TABLE import_part ALTER sealed SET STORAGE EXTERNAL;

-- What became of rows, as lines of JSON: of those of one step that were applied, or of those that were refused.
CREATE TABLE import_result (
  job_id          uuid NOT NULL,
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  number          bigint NOT NULL,
  refused         boolean NOT NULL,
  lines           text NOT NULL,
  PRIMARY KEY (job_id, number, tenant_path),
  CONSTRAINT import_result_tenant_fkey FOREIGN KEY (tenant_id, tenant_path, tenant_boundary)
    REFERENCES tenant (id, path, boundary) MATCH FULL ON UPDATE CASCADE,
  CONSTRAINT import_result_job_path_key FOREIGN KEY (job_id, tenant_path)
    REFERENCES import_job (id, tenant_path) MATCH FULL ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX import_result_tenant ON import_result (tenant_id);

-- Whoever stands below the submitter is not told who that is.
CREATE FUNCTION import_view(j import_job, low text) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
  RETURN json_build_object(
    'id', j.id, 'tenant_id', j.tenant_id,
    'submitter_id', CASE WHEN j.submitter_path >= low THEN j.submitter_id END,
    'kind', j.kind, 'format', j.format, 'mode', j.mode, 'on_error', j.on_error, 'dry_run', j.dry_run,
    'state', j.state, 'code', j.code, 'bytes_received', j.received, 'bytes_done', j.done, 'line', j.line,
    'counts', json_build_object('created', j.created, 'updated', j.updated, 'unchanged', j.unchanged,
                                'removed', j.removed, 'refused', j.refused),
    'rows_per_second', CASE WHEN j.started_at IS NOT NULL THEN
      round((j.created + j.updated + j.unchanged + j.removed + j.refused)
            / greatest(extract(epoch FROM coalesce(j.ended_at, j.served_at, j.started_at) - j.started_at), 0.001))::bigint END,
    'expected_end', CASE WHEN j.state = 'running' AND j.done > 0 AND j.served_at > j.started_at THEN
      rfc3339(j.served_at + (j.served_at - j.started_at) * ((j.received - j.done)::double precision / j.done)) END,
    'created_at', rfc3339(j.created_at), 'started_at', rfc3339(j.started_at), 'ended_at', rfc3339(j.ended_at));

-- What the event of a user's making says: all that is shown of them but when that changed. The same as audit_difference gives, at
-- a fifth of its price, which counts where users come by the thousand.
CREATE FUNCTION user_made(p principal) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
  RETURN json_build_object(
    'id', p.id, 'tenant_id', p.tenant_id, 'login', p.login, 'display_name', p.display_name, 'email', p.email,
    'dialling_addresses', p.dialling_addresses, 'external_id', p.external_id, 'state', p.state,
    'created_at', rfc3339(p.created_at));

SELECT wall_build('import_job', 'tenant_path', 'tenant_boundary');
SELECT wall_build('import_part', 'tenant_path', 'tenant_boundary');
SELECT wall_build('import_result', 'tenant_path', 'tenant_boundary');
GRANT SELECT, INSERT, DELETE ON import_job, import_part, import_result TO bailiwick_app;
GRANT UPDATE (ends, sealed) ON import_part TO bailiwick_app;
GRANT UPDATE (state, code, received, done, line, skipping, header, created, updated, unchanged, removed, refused, results,
              started_at, served_at, ended_at) ON import_job TO bailiwick_app;
