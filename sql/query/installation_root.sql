-- The provider, and whether anybody is at home there yet.
-- role: auth
-- params: none
-- row: id uuid, code text, settled boolean
SELECT t.id, t.code, EXISTS (SELECT FROM principal p WHERE p.tenant_id = t.id) AS settled FROM tenant t WHERE t.kind = 'provider'
