-- Every session of a user's is over, one that is just beginning too.
-- role: app
-- params: $1 user uuid
-- row: id uuid
UPDATE principal SET epoch = epoch + 1 WHERE id = $1 AND kind = 'user' RETURNING id
