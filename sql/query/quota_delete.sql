-- Takes a tenant's quota of a pool away: it has what holds above it.
-- role: app
-- params: $1 tenant uuid, $2 pool text
-- row: none
DELETE FROM quota q USING tenant t WHERE t.id = $1 AND q.tenant_path = t.path AND q.pool = $2
