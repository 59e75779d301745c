-- Nearly every tenant has a role or none, the provider has all that are built in: taken for one each, a role was looked for
-- among all of its tenant's instead of by its id. What the planner is to reckon with holds from here on.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

ALTER TABLE role ALTER COLUMN tenant_path SET (n_distinct = -0.05);
