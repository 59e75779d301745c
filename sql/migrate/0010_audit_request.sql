-- An id that a caller chose for their requests names them: one from above who sends the same one to two neighbours' tenants
-- gives these something to compare. It goes the way of the address.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

CREATE OR REPLACE FUNCTION audit_view(e audit_event, low text) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
  RETURN json_build_object(
    'id', e.id, 'tenant_id', e.tenant_id, 'at', rfc3339(e.at),
    'actor', CASE WHEN e.actor_path IS NULL OR e.actor_path >= low
               THEN json_build_object('kind', e.actor_kind, 'id', e.actor_id, 'tenant_id', e.actor_tenant_id)
               ELSE json_build_object('kind', e.actor_title, 'pseudonym', e.actor_pseudonym) END,
    'action', e.action, 'outcome', e.outcome, 'reason', e.reason, 'object_kind', e.object_kind, 'object_id', e.object_id,
    'before', audit_members(e.before, e.named, low), 'after', audit_members(e.after, e.named, low),
    'address', CASE WHEN e.actor_path IS NULL OR e.actor_path >= low THEN e.address END,
    'request_id', CASE WHEN e.actor_path IS NULL OR e.actor_path >= low THEN e.request_id END, 'count', e.count);
