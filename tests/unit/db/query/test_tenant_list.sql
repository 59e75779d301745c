-- A list, under the wall and with the paths of its scope.
-- plan: custom
SELECT id, path, current_setting('bailiwick.low') AS low, current_setting('plan_cache_mode') AS plan FROM tenant ORDER BY path
