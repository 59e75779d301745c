-- Ends grants, each with its event.
-- role: app
-- plan: custom
-- params: $1 ids uuid[], $2 events uuid[], $3 pseudonyms text[], $4 at timestamptz, $5 actor_kind text, $6 actor uuid, $7
--         actor_tenant uuid, $8 actor_path text, $9 actor_title text, $10 address text, $11 request_id text
-- row: none
WITH gone AS (
  DELETE FROM "grant" g
   USING unnest($1::uuid[], $2::uuid[], $3::text[]) AS w (id, event, pseudonym)
   WHERE g.id = w.id
  RETURNING g.id, g.tenant_id, g.tenant_path, g.tenant_boundary, w.event, w.pseudonym,
            grant_view(g, (SELECT r.name FROM role r WHERE r.id = g.role_id AND r.tenant_path = g.role_path),
                       current_setting('bailiwick.low')) AS before,
            json_build_object('principal_id', g.principal_path, 'granted_by', g.granted_by_path) AS named
)
INSERT INTO audit_event (id, tenant_id, tenant_path, tenant_boundary, at, actor_kind, actor_id, actor_tenant_id, actor_path,
                         actor_title, actor_pseudonym, action, outcome, object_kind, object_id, before, named, address, request_id)
SELECT gone.event, gone.tenant_id, gone.tenant_path, gone.tenant_boundary, $4, $5, $6, $7, $8, $9, gone.pseudonym, 'revokeGrant',
       'done', 'grant', gone.id, audit_difference(gone.before, NULL), gone.named, $10, $11
  FROM gone
