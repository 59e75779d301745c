-- The newest passwords that a user had before today's.
-- role: auth
-- params: $1 principal uuid, $2 limit bigint
-- row: password_hash text
SELECT h.password_hash
  FROM vault.password_history h
 WHERE h.principal_id = $1
 ORDER BY h.created_at DESC
 LIMIT $2
