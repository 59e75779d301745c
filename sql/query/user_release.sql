-- Frees the names of terminated users of a tenant that have rested; the login stays written, and nobody is found by it.
-- role: app
-- params: $1 tenant uuid, $2 login_key text, $3 external_id text
-- row: none
UPDATE principal p SET login_key = NULL, external_id = NULL
 WHERE p.tenant_id = $1 AND p.kind = 'user' AND (p.login_key = $2 OR p.external_id = $3) AND p.names_until <= now()
