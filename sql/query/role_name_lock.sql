-- Who makes or renames roles of one name comes one after the other, wherever they do it.
-- role: app
-- params: $1 name text
-- row: held boolean
SELECT pg_advisory_xact_lock(hashtextextended('role ' || $1, 0)) IS NOT NULL AS held
