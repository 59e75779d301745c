-- Whether a person has done anything to another, by the record of a tenant.
-- role: app
-- params: $1 tenant uuid, $2 actor uuid, $3 object uuid
-- row: touched boolean
SELECT EXISTS (SELECT
                 FROM audit_event e
                WHERE e.tenant_id = $1 AND e.actor_id = $2 AND e.object_id = $3
                  AND e.actor_kind = 'user' AND e.object_kind = 'user' AND e.outcome = 'done') AS touched
