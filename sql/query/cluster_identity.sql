-- Which cluster answers, and since when (seconds since 1970).
-- role: any
-- scope: none
-- params: none
-- row: system bigint, started bigint
SELECT system_identifier AS system, extract(epoch FROM pg_postmaster_start_time())::bigint AS started
  FROM pg_control_system()
