-- The applied migrations, in order.
-- role: migrate
-- params: none
-- row: number integer, name text, digest text
SELECT number, name, digest FROM bailiwick.migration ORDER BY number
