-- An event at a person's home that somebody unnamed caused, or the service itself.
-- role: auth
-- params: $1 id uuid, $2 at timestamptz, $3 principal uuid, $4 actor_kind text, $5 action text, $6 outcome text, $7 reason text, $8 address text, $9 request_id text
-- row: none
INSERT INTO audit_event (id, tenant_id, tenant_path, tenant_boundary, at, actor_kind, action, outcome, reason, object_kind,
                         object_id, address, request_id)
SELECT $1, p.tenant_id, p.tenant_path, p.tenant_boundary, $2, $4, $5, $6, $7, 'user', p.id, $8, $9
  FROM principal p WHERE p.id = $3
