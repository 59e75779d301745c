-- How the session was set up.
-- role: any
-- scope: none
SELECT name, setting FROM pg_settings
 WHERE name IN ('search_path', 'TimeZone', 'client_encoding', 'statement_timeout', 'lock_timeout', 'row_security',
                'idle_in_transaction_session_timeout', 'random_page_cost', 'default_transaction_isolation')
