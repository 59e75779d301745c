-- Whom a grant is to be given to: neither deleted nor terminated until the transaction ends.
-- role: app
-- params: $1 principal uuid
-- row: path text, state text, kind text, tenant_id uuid
SELECT p.tenant_path AS path, p.state, p.kind, p.tenant_id
  FROM principal p
 WHERE p.id = $1
   FOR SHARE
