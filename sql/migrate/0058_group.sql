-- Groups: principals that do nothing themselves. Whoever is in one, or in a group that is in it, has what it holds.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

ALTER TABLE principal DROP CONSTRAINT principal_kind;
ALTER TABLE principal
  ADD CONSTRAINT principal_kind CHECK (kind IN ('user', 'client', 'group')),
  ADD CONSTRAINT principal_group CHECK (kind <> 'group' OR (login IS NULL AND login_key IS NULL AND email IS NULL
                                                            AND dialling_addresses = '{}' AND state IN ('active', 'suspended')));
CREATE UNIQUE INDEX principal_group_name ON principal (tenant_id, name_key) WHERE kind = 'group';
CREATE INDEX principal_groups ON principal (tenant_path, id) WHERE kind = 'group';

CREATE FUNCTION group_view(p principal) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
  RETURN json_build_object(
    'id', p.id, 'tenant_id', p.tenant_id, 'display_name', p.display_name, 'external_id', p.external_id, 'state', p.state,
    'created_at', rfc3339(p.created_at), 'updated_at', rfc3339(p.updated_at));

-- Both keys share the tenant's path: a group and who is in it are at home in one tenant, however that moves.
CREATE TABLE membership (
  id              uuid NOT NULL,
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  group_id        uuid NOT NULL,
  member_id       uuid NOT NULL,
  added_by        uuid,
  added_by_path   text COLLATE "C",
  created_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, tenant_path),
  CONSTRAINT membership_once_key UNIQUE (group_id, tenant_path, member_id),
  CONSTRAINT membership_tenant_fkey FOREIGN KEY (tenant_id, tenant_path, tenant_boundary)
    REFERENCES tenant (id, path, boundary) MATCH FULL ON UPDATE CASCADE,
  CONSTRAINT membership_group_path_key FOREIGN KEY (group_id, tenant_path)
    REFERENCES principal (id, tenant_path) MATCH FULL ON UPDATE CASCADE ON DELETE CASCADE,
  CONSTRAINT membership_member_path_key FOREIGN KEY (member_id, tenant_path)
    REFERENCES principal (id, tenant_path) MATCH FULL ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX membership_member ON membership (member_id);
CREATE INDEX membership_tenant ON membership (tenant_id);

-- Who leaves a tenant leaves its groups.
CREATE FUNCTION membership_leave() RETURNS trigger LANGUAGE plpgsql SET search_path = bailiwick, pg_temp AS $$
BEGIN
  DELETE FROM membership WHERE OLD.id IN (member_id, group_id);
  RETURN NEW;
END
$$;
CREATE TRIGGER principal_leave BEFORE UPDATE ON principal FOR EACH ROW
  WHEN (OLD.tenant_id <> NEW.tenant_id) EXECUTE FUNCTION membership_leave();

CREATE TRIGGER membership_policy_insert AFTER INSERT ON membership FOR EACH ROW
  EXECUTE FUNCTION policy_event_write('membership');
CREATE TRIGGER membership_policy_delete AFTER DELETE ON membership FOR EACH ROW
  EXECUTE FUNCTION policy_event_write('membership');
CREATE TRIGGER membership_policy_update AFTER UPDATE ON membership FOR EACH ROW
  WHEN ((OLD.group_id, OLD.member_id) IS DISTINCT FROM (NEW.group_id, NEW.member_id))
  EXECUTE FUNCTION policy_event_write('membership');

-- The groups that a principal is in, those of its groups too, and who is in a group, those of its groups too: each once.
CREATE FUNCTION principal_groups(principal uuid) RETURNS SETOF uuid LANGUAGE sql STABLE ROWS 4
BEGIN ATOMIC
  WITH RECURSIVE above (id) AS (
    SELECT m.group_id FROM membership m WHERE m.member_id = principal
    UNION SELECT m.group_id FROM above a JOIN membership m ON m.member_id = a.id)
  SELECT id FROM above;
END;
CREATE FUNCTION group_members("group" uuid) RETURNS SETOF uuid LANGUAGE sql STABLE ROWS 50
BEGIN ATOMIC
  WITH RECURSIVE below (id) AS (
    SELECT m.member_id FROM membership m WHERE m.group_id = "group"
    UNION SELECT m.member_id FROM below b JOIN membership m ON m.group_id = b.id)
  SELECT id FROM below;
END;

CREATE FUNCTION membership_view(m membership, p principal, low text) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
  RETURN json_build_object(
    'group_id', m.group_id, 'principal_id', m.member_id, 'kind', p.kind, 'display_name', p.display_name,
    'added_by', CASE WHEN m.added_by_path >= low THEN m.added_by END, 'created_at', rfc3339(m.created_at));

SELECT wall_build('membership', 'tenant_path', 'tenant_boundary');
CREATE POLICY follow ON membership FOR SELECT TO bailiwick_policy USING (true);
GRANT SELECT, INSERT, DELETE ON membership TO bailiwick_app;
GRANT SELECT (id, group_id, member_id) ON membership TO bailiwick_policy;
