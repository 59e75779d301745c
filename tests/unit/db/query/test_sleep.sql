-- Takes as many seconds.
-- role: any
-- scope: none
SELECT pg_sleep($1::text::float8) AS nothing
