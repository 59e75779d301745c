-- The ticket that a grant was given for, and lists of grants by holder, by role and by their end.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

ALTER TABLE "grant" ADD COLUMN ticket text;

CREATE OR REPLACE FUNCTION grant_view(g "grant", role_name text, low text) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
  RETURN json_build_object(
    'id', g.id, 'tenant_id', g.tenant_id,
    'principal_id', CASE WHEN g.principal_path >= low THEN g.principal_id END,
    'role_id', g.role_id, 'role', role_name, 'scope', g.reach, 'not_before', rfc3339(g.not_before),
    'expires_at', rfc3339(g.expires_at), 'reason', g.reason, 'ticket', g.ticket,
    'granted_by', CASE WHEN g.granted_by_path >= low THEN g.granted_by END, 'created_at', rfc3339(g.created_at));

-- In the order of the lists: one role is held all over the tree, and few grants end.
CREATE INDEX grant_role_place ON "grant" (role_id, tenant_path, id);
CREATE INDEX grant_ends_place ON "grant" (tenant_path, id, expires_at) WHERE expires_at IS NOT NULL;
