-- Frees, in a tenant, the names of a user who is to come there, as far as they are those of who is over and have rested.
-- role: app
-- params: $1 user uuid, $2 tenant uuid
-- row: none
UPDATE principal o SET login_key = NULL, external_id = NULL
  FROM principal p
 WHERE p.id = $1 AND o.tenant_id = $2 AND o.kind = 'user' AND o.names_until <= now()
   AND (o.login_key = p.login_key OR o.external_id = p.external_id)
