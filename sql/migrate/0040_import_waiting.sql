-- Rows of a job that name what a row further down may make: they are tried again behind the last one.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

ALTER TABLE import_job
  DROP CONSTRAINT import_job_phase,
  -- waiting: those rows, as often as that makes one of them a good one; last: once more, for what is refused.
  ADD CONSTRAINT import_job_phase CHECK (phase IN ('rows', 'waiting', 'last', 'removals')),
  -- How many wait, the last one that was tried, and whether this time one before it did no longer.
  ADD COLUMN waiting bigint,
  ADD COLUMN waiting_line bigint,
  ADD COLUMN waiting_moved boolean;
GRANT UPDATE (waiting, waiting_line, waiting_moved) ON import_job TO bailiwick_app;

CREATE TABLE import_waiting (
  job_id          uuid NOT NULL,
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  line            bigint NOT NULL,
  -- Where in the content the line begins.
  place           bigint NOT NULL,
  PRIMARY KEY (job_id, line, tenant_path),
  CONSTRAINT import_waiting_tenant_fkey FOREIGN KEY (tenant_id, tenant_path, tenant_boundary)
    REFERENCES tenant (id, path, boundary) MATCH FULL ON UPDATE CASCADE,
  CONSTRAINT import_waiting_job_path_key FOREIGN KEY (job_id, tenant_path)
    REFERENCES import_job (id, tenant_path) MATCH FULL ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX import_waiting_tenant ON import_waiting (tenant_id);

SELECT wall_build('import_waiting', 'tenant_path', 'tenant_boundary');
GRANT SELECT, INSERT, DELETE ON import_waiting TO bailiwick_app;
