-- Gives the roles that the service logs in as their password, once sql/roles.sql has made them. psql reads the secret
-- itself: it stands in no command line.
\set ON_ERROR_STOP on
\set password `cat /run/secrets/service_password`
SELECT format('ALTER ROLE %I PASSWORD %L', role, :'password')
FROM unnest(ARRAY['bailiwick_migrate', 'bailiwick_app', 'bailiwick_auth', 'bailiwick_policy']) AS role
\gexec
