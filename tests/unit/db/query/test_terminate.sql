-- Ends every other connection of the same role.
-- role: any
-- scope: none
SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()
