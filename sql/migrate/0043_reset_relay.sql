-- Who asks for a new password through a portal's backend is where that says: its word is kept with the address until the event is
-- written.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

ALTER TABLE vault.reset_request ADD COLUMN stated_by uuid;
