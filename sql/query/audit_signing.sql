-- The event of a signing key that was made, at the provider: of no tenant's, it is nobody else's to see.
-- role: auth
-- params: $1 id uuid, $2 at timestamptz, $3 actor_kind text, $4 action text, $5 kid text, $6 signs_from timestamptz, $7 alone boolean
-- row: none
INSERT INTO audit_event (id, tenant_id, tenant_path, tenant_boundary, at, actor_kind, action, outcome, object_kind, after)
SELECT $1, t.id, t.path, t.boundary, $2, $3, $4, 'done', 'signing_key',
       json_build_object('kid', $5::text, 'signs_from', rfc3339($6), 'ends_earlier', $7::boolean)
  FROM tenant t WHERE t.kind = 'provider'
