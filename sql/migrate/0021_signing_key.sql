-- The keys that sign access tokens, private halves sealed under the master key with the key's name. A key is never changed from
-- one state to another: when it signs and when its tokens are done with follows from these times, so that nothing stands half done.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

CREATE TABLE vault.signing_key (
  -- One after another: of several processes that make the next one at once, one does.
  generation integer PRIMARY KEY CONSTRAINT signing_key_generation CHECK (generation > 0),
  kid        text NOT NULL COLLATE "C" CONSTRAINT signing_key_kid UNIQUE,
  sealed_key bytea NOT NULL,
  -- Published from the first, it signs from here until the next generation does.
  signs_from timestamptz NOT NULL,
  -- Nothing it signed is believed from here on; NULL: as long as the last of its tokens can live.
  ends_at    timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, DELETE, UPDATE (ends_at) ON vault.signing_key TO bailiwick_auth;
