-- A statement of the role that reads the vault.
-- role: auth
SELECT 1 AS one
