-- Letters of many that are put in at once: they wait for whatever else is due.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

ALTER TABLE vault.outbox ADD COLUMN bulk boolean NOT NULL DEFAULT false;
DROP INDEX vault.outbox_due;
CREATE INDEX outbox_due ON vault.outbox (bulk, next_at) WHERE ended_at IS NULL;
