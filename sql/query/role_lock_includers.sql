-- All roles that include one, by others too, held against being given until the transaction ends.
-- role: app
-- params: $1 role uuid
-- row: id uuid
SELECT r.id
  FROM role r
 WHERE r.id IN (SELECT role_includers($1))
 ORDER BY r.id
   FOR UPDATE
