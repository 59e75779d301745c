-- When the holder of a session last proved the password, and when the second factor: what a session may do ages with these,
-- and its tokens state them.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

ALTER TABLE vault.session ADD COLUMN authenticated_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE vault.session ADD COLUMN factor_at timestamptz;

-- Of the sessions there are: all was proved when they began. No wall binds this role.
SET LOCAL ROLE bailiwick_migrate;
UPDATE vault.session SET authenticated_at = created_at, factor_at = CASE strength WHEN 2 THEN created_at END;
-- Rows that are changed wait with their checks for the end of the transaction, and their table cannot be altered before.
SET CONSTRAINTS ALL IMMEDIATE;

SET LOCAL ROLE bailiwick_owner;
ALTER TABLE vault.session ADD CONSTRAINT session_factor CHECK (strength = 1 OR factor_at IS NOT NULL);
