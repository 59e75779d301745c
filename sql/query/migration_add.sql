-- Writes down that a migration was applied, in its own transaction.
-- role: migrate
-- params: $1 number integer, $2 name text, $3 digest text
-- row: none
INSERT INTO bailiwick.migration (number, name, digest) VALUES ($1, $2, $3)
