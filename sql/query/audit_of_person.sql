-- An event at a person's home that somebody unnamed caused, or the service itself; who stated its address is named to those who see them.
-- role: auth
-- params: $1 id uuid, $2 at timestamptz, $3 principal uuid, $4 actor_kind text, $5 action text, $6 outcome text, $7 reason text,
--         $8 address text, $9 request_id text, $10 stated_by uuid
-- row: none
INSERT INTO audit_event (id, tenant_id, tenant_path, tenant_boundary, at, actor_kind, action, outcome, reason, object_kind,
                         object_id, address, request_id, after, named)
SELECT $1, p.tenant_id, p.tenant_path, p.tenant_boundary, $2, $4, $5, $6, $7, 'user', p.id, $8, $9,
       CASE WHEN r.id IS NOT NULL THEN json_build_object('relayed_by', r.id) END,
       CASE WHEN r.id IS NOT NULL THEN json_build_object('relayed_by', r.tenant_path) END
  FROM principal p LEFT JOIN principal r ON r.id = $10 WHERE p.id = $3
