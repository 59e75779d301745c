-- Import jobs of groups, and of who is in them.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

ALTER TABLE import_job
  DROP CONSTRAINT import_job_kind,
  ADD CONSTRAINT import_job_kind
    CHECK (kind IN ('tenants', 'users', 'grants', 'clients', 'groups', 'memberships', 'mixed'));
ALTER TABLE import_seen
  DROP CONSTRAINT import_seen_kind,
  ADD CONSTRAINT import_seen_kind CHECK (kind IN ('tenant', 'user', 'grant', 'client', 'group', 'membership'));
ALTER TABLE import_removal
  DROP CONSTRAINT import_removal_kind,
  ADD CONSTRAINT import_removal_kind CHECK (kind IN ('user', 'grant', 'client', 'group', 'membership'));
