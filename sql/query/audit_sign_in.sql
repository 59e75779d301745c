-- An event of somebody's own credentials or session, at their home; who stated its address is named to those who see them.
-- role: auth
-- params: $1 id uuid, $2 at timestamptz, $3 principal uuid, $4 actor_kind text, $5 action text, $6 object_kind text, $7 object uuid,
--         $8 address text, $9 request_id text, $10 actor_title text, $11 stated_by uuid
-- row: none
INSERT INTO audit_event (id, tenant_id, tenant_path, tenant_boundary, at, actor_kind, actor_id, actor_tenant_id, actor_path, actor_title,
                         action, outcome, object_kind, object_id, address, request_id, after, named)
SELECT $1, p.tenant_id, p.tenant_path, p.tenant_boundary, $2, $4, p.id, p.tenant_id, p.tenant_path, $10, $5, 'done', $6, $7, $8, $9,
       CASE WHEN r.id IS NOT NULL THEN json_build_object('relayed_by', r.id) END,
       CASE WHEN r.id IS NOT NULL THEN json_build_object('relayed_by', r.tenant_path) END
  FROM principal p LEFT JOIN principal r ON r.id = $11 WHERE p.id = $3
