-- Whom a grant is to be given to: neither deleted nor terminated until the transaction ends.
-- role: app
-- params: $1 principal uuid
-- row: path text, state text
SELECT p.tenant_path AS path, p.state
  FROM principal p
 WHERE p.id = $1
   FOR SHARE
