-- Exports read memberships in the order of the tree.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

CREATE INDEX membership_page ON membership (tenant_path, id);
