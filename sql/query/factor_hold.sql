-- Holds a user's second factors, so that no other one of them comes or goes meanwhile.
-- role: auth
-- params: $1 principal uuid
-- row: principal_id uuid
SELECT f.principal_id FROM second_factor f WHERE f.principal_id = $1 FOR UPDATE
