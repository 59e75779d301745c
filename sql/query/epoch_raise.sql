-- Every session of the principal is over.
-- role: auth
-- params: $1 principal uuid
-- row: epoch integer
UPDATE principal SET epoch = epoch + 1 WHERE id = $1 RETURNING epoch
