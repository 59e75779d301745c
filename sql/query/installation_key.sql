-- The master key of this database: the one given, when none was claimed before.
-- role: auth
-- params: $1 key uuid
-- row: key uuid
UPDATE installation SET master_key = coalesce(master_key, $1) RETURNING master_key AS key
