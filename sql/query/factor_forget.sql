-- The last authenticator is gone, and with it the recovery codes and what was being enrolled.
-- role: auth
-- params: $1 principal uuid
-- row: principal_id uuid
DELETE FROM second_factor f WHERE f.principal_id = $1 RETURNING f.principal_id
