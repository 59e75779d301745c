-- Who loads users from elsewhere puts the hashes of their passwords in; it reads nothing back, and changes none that is there.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;
GRANT INSERT ON vault.credential TO bailiwick_app;
