-- What is left of any scope, and how statements are planned.
-- role: any
-- scope: none
SELECT coalesce(current_setting('bailiwick.low', true), '') AS low,
       coalesce(current_setting('bailiwick.high', true), '') AS high,
       coalesce(current_setting('bailiwick.ancestors', true), '') AS ancestors,
       coalesce(current_setting('bailiwick.consents', true), '') AS consents,
       current_setting('plan_cache_mode') AS plan, pg_backend_pid() AS backend
