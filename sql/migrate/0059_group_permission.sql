-- Who sees groups, and who makes and fills them; how it looks that somebody is in one, and who has what it holds.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

CREATE OR REPLACE FUNCTION membership_view(m membership, p principal, low text) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
  RETURN json_build_object(
    'id', m.id, 'group_id', m.group_id, 'principal_id', m.member_id, 'kind', p.kind, 'display_name', p.display_name,
    'added_by', CASE WHEN m.added_by_path >= low THEN m.added_by END, 'created_at', rfc3339(m.created_at));

-- The people and machines that are active and in a group, by groups in use.
CREATE FUNCTION group_people("group" uuid) RETURNS SETOF uuid LANGUAGE sql STABLE ROWS 50
BEGIN ATOMIC
  WITH RECURSIVE below (id, kind) AS (
    SELECT p.id, p.kind
      FROM membership m JOIN principal p ON p.id = m.member_id AND p.tenant_path = m.tenant_path
     WHERE m.group_id = "group" AND p.state = 'active'
    UNION
    SELECT p.id, p.kind
      FROM below b JOIN membership m ON m.group_id = b.id
      JOIN principal p ON p.id = m.member_id AND p.tenant_path = m.tenant_path
     WHERE b.kind = 'group' AND p.state = 'active')
  SELECT id FROM below WHERE kind <> 'group';
END;

SET LOCAL ROLE bailiwick_migrate;
DO $$
DECLARE
  changed bigint;
BEGIN
  UPDATE bailiwick.role SET permissions = permissions || ARRAY['group:read', 'group:create', 'group:update', 'group:delete', 'group:assign']
   WHERE builtin AND name IN ('provider_admin', 'partner_admin', 'customer_admin');
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> 3 THEN
    RAISE EXCEPTION 'the permissions of groups went to % roles, not to 3', changed;
  END IF;
  UPDATE bailiwick.role SET permissions = permissions || ARRAY['group:read']
   WHERE builtin AND name IN ('helpdesk', 'auditor');
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> 2 THEN
    RAISE EXCEPTION 'group:read went to % roles, not to 2', changed;
  END IF;
END
$$;
