-- Writes an event into its tenant; where that is not in the scope, the path is missing and it fails.
-- role: app
-- params: $1 id uuid, $2 tenant uuid, $3 at timestamptz, $4 actor_kind text, $5 actor uuid, $6 actor_tenant uuid, $7
--         actor_path text, $8 actor_title text, $9 actor_pseudonym text, $10 action text, $11 outcome text, $12
--         reason text, $13 object_kind text, $14 object uuid, $15 before json, $16 after json, $17 named json, $18
--         address text, $19 request_id text, $20 count bigint
-- row: none
INSERT INTO audit_event (id, tenant_id, tenant_path, tenant_boundary, at, actor_kind, actor_id, actor_tenant_id,
                         actor_path, actor_title, actor_pseudonym, action, outcome, reason, object_kind, object_id,
                         before, after, named, address, request_id, count)
SELECT $1, $2, t.path, t.boundary, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
       audit_difference($15, $16), audit_difference($16, $15), $17, $18, $19, $20::bigint
  FROM (SELECT) one LEFT JOIN tenant t ON t.id = $2
