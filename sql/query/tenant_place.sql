-- Where a tenant stands.
-- role: app
-- params: $1 id uuid
-- row: path text, boundary text, kind text
SELECT t.path, t.boundary, t.kind
  FROM tenant t
 WHERE t.id = $1
