-- Ends the connections of the same role that wait, once there are any, with a name that tells for what.
-- role: any
-- scope: none
SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity
 WHERE usename = current_user AND pid <> pg_backend_pid() AND wait_event = $1
