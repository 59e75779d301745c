-- What rows of a dry run would have made: it is made again, for as long as a step lasts, where a later row depends on it.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

CREATE TABLE import_draft (
  job_id          uuid NOT NULL,
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  -- The beginning of a digest of what the row is about, by its kind and the names that tell it from others.
  key             uuid NOT NULL,
  -- In the order in which rows were gone through.
  number          bigint NOT NULL,
  -- Where in the content the line begins.
  place           bigint NOT NULL,
  PRIMARY KEY (job_id, key, number, tenant_path),
  CONSTRAINT import_draft_tenant_fkey FOREIGN KEY (tenant_id, tenant_path, tenant_boundary)
    REFERENCES tenant (id, path, boundary) MATCH FULL ON UPDATE CASCADE,
  CONSTRAINT import_draft_job_path_key FOREIGN KEY (job_id, tenant_path)
    REFERENCES import_job (id, tenant_path) MATCH FULL ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX import_draft_tenant ON import_draft (tenant_id);

SELECT wall_build('import_draft', 'tenant_path', 'tenant_boundary');
GRANT SELECT, INSERT, DELETE ON import_draft TO bailiwick_app;
