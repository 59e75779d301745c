-- Makes the list of applied migrations, before the first of them.
-- role: migrate
-- params: none
-- row: none
DO $make$
BEGIN
  IF to_regclass('bailiwick.migration') IS NULL THEN
    SET LOCAL ROLE bailiwick_owner;
    CREATE TABLE bailiwick.migration (
      number     integer PRIMARY KEY,
      name       text NOT NULL COLLATE "C",
      digest     text NOT NULL COLLATE "C",
      applied_at timestamptz NOT NULL DEFAULT now()
    );
  END IF;
END
$make$
