-- A group and who is to be in it or out of it, held against change in an order that all keep to.
-- role: app
-- params: $1 group uuid, $2 member uuid
-- row: id uuid, kind text, state text, tenant_id uuid
SELECT p.id, p.kind, p.state, p.tenant_id
  FROM principal p
 WHERE p.id IN ($1, $2)
 ORDER BY p.id
   FOR NO KEY UPDATE
