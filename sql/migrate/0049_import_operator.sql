-- Import jobs of the operator at the machine, whom no grant binds and who has no id.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

ALTER TABLE import_job
  ALTER COLUMN submitter_id DROP NOT NULL,
  DROP CONSTRAINT import_job_submitter,
  ADD CONSTRAINT import_job_submitter CHECK (submitter_kind IN ('user', 'client', 'operator')),
  ADD CONSTRAINT import_job_submitter_id CHECK ((submitter_kind = 'operator') = (submitter_id IS NULL));
