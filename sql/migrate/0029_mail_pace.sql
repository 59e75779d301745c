-- When the next mail may be taken out of the outbox: one pace for all processes.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

CREATE TABLE vault.outbox_pace (
  one     boolean PRIMARY KEY DEFAULT true CONSTRAINT outbox_pace_one CHECK (one),
  next_at timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO vault.outbox_pace DEFAULT VALUES;
GRANT SELECT, UPDATE ON vault.outbox_pace TO bailiwick_auth;
