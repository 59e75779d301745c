-- Whom a grant is to be given to: neither deleted nor terminated until the transaction ends.
-- role: app
-- params: $1 principal uuid
-- row: path text, state text, kind text
SELECT p.tenant_path AS path, p.state, p.kind
  FROM principal p
 WHERE p.id = $1
   FOR SHARE
