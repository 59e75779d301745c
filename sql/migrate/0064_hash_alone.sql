-- No refusal computes what another's hash costs any more, so nobody asks which is the dearest.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

DROP INDEX vault.credential_work;
ALTER TABLE vault.credential DROP COLUMN hash_family, DROP COLUMN hash_work;
