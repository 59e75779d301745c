-- When the jobs of those who are at home in a tenant were served last, wherever they load.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

CREATE INDEX import_job_home ON import_job (submitter_home, served_at);
