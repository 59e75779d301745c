-- What it costs to check a password against each hash: a refusal takes as long as the dearest, whoever's it is, so that none tells
-- whose account there is. Counted as crypto/foreign.h counts, within a family; the service weighs the hash itself.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

ALTER TABLE vault.credential
  -- 0: our own
  ADD COLUMN hash_family integer NOT NULL GENERATED ALWAYS AS (
    CASE WHEN NOT starts_with(password_hash, 'foreign:') THEN 0
         WHEN password_hash ~ '^foreign:\$2' THEN 1
         WHEN password_hash ~ '^foreign:\$?pbkdf2.sha256' THEN 2
         WHEN password_hash ~ '^foreign:\$?pbkdf2.sha512' THEN 3
         ELSE 4 END) STORED,
  ADD COLUMN hash_work bigint NOT NULL GENERATED ALWAYS AS (
    coalesce(
      CASE WHEN password_hash ~ '^foreign:\$2' THEN substring(password_hash FROM '^foreign:\$2[aby]\$(\d\d)\$')::bigint
           WHEN password_hash ~ '^foreign:\$?pbkdf2' THEN
             substring(password_hash FROM 'sha\d+\$(?:i=)?(\d{1,9})[,$]')::bigint
             -- A tag over the 32 bytes of SHA-256 takes its rounds twice.
             * CASE WHEN password_hash ~ 'sha256' AND length(rtrim(split_part(password_hash, '$', -1), '=')) > 43 THEN 2 ELSE 1 END
           ELSE substring(password_hash FROM '[$,]m=(\d{1,9}),')::bigint * substring(password_hash FROM ',t=(\d{1,9}),')::bigint
      END, 0)) STORED;
CREATE INDEX credential_work ON vault.credential (hash_family, hash_work);
