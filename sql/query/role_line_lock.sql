-- Who changes what the roles of a tenant come to has it alone there and below; who does so beside it does not wait. Always from
-- the root down, so that nobody waits for one who waits for them.
-- role: app
-- params: $1 path text
-- row: held boolean
SELECT CASE WHEN i * 9 < length($1) THEN pg_advisory_xact_lock_shared(hashtextextended('roles ' || left($1, 9 * i), 0))
            ELSE pg_advisory_xact_lock(hashtextextended('roles ' || left($1, 9 * i), 0)) END IS NOT NULL AS held
  FROM generate_series(1, length($1) / 9) i
 ORDER BY i
