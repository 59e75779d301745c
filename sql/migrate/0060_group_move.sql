-- What a move does to groups: who put somebody into one is named by a path that no key carries.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

GRANT UPDATE (added_by_path) ON membership TO bailiwick_app;
CREATE INDEX membership_place ON membership (tenant_path);
