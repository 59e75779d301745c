-- How often the step of an import job that is next has failed: such a job rests between tries, and is stopped behind the last.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

ALTER TABLE import_job ADD COLUMN tries bigint;
GRANT UPDATE (tries) ON import_job TO bailiwick_app;
