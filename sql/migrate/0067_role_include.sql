-- Roles that include roles of their own tenant or from above: who holds one has what all of them permit.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

CREATE TABLE role_include (
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  role_id         uuid NOT NULL,
  included_id     uuid NOT NULL,
  included_path   text NOT NULL COLLATE "C",
  PRIMARY KEY (role_id, included_id, tenant_path),
  CONSTRAINT role_include_tenant_fkey FOREIGN KEY (tenant_id, tenant_path, tenant_boundary)
    REFERENCES tenant (id, path, boundary) MATCH FULL ON UPDATE CASCADE,
  CONSTRAINT role_include_role_path_key FOREIGN KEY (role_id, tenant_path)
    REFERENCES role (id, tenant_path) MATCH FULL ON UPDATE CASCADE ON DELETE CASCADE,
  CONSTRAINT role_include_included_fkey FOREIGN KEY (included_id, included_path)
    REFERENCES role (id, tenant_path) MATCH FULL ON UPDATE CASCADE
);
CREATE INDEX role_include_included ON role_include (included_id, included_path);
CREATE INDEX role_include_place ON role_include (tenant_path);
CREATE INDEX role_include_tenant ON role_include (tenant_id);

-- What is included flows down to what includes it. Deferred and re-read, as a grant's place is.
CREATE FUNCTION role_include_containment() RETURNS trigger LANGUAGE plpgsql SET search_path = bailiwick, pg_temp AS $$
DECLARE
  i role_include;
BEGIN
  SELECT * INTO i FROM role_include WHERE role_id = NEW.role_id AND included_id = NEW.included_id;
  IF FOUND AND NOT starts_with(i.tenant_path || '/', i.included_path || '/') THEN
    RAISE EXCEPTION 'a role includes what flows down to it' USING ERRCODE = 'BW001';
  END IF;
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER role_include_containment AFTER INSERT OR UPDATE ON role_include
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION role_include_containment();

CREATE OR REPLACE FUNCTION policy_event_begin() RETURNS void LANGUAGE plpgsql SET search_path = bailiwick, pg_temp AS $$
BEGIN
  IF current_setting('bailiwick.policy_event', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
    SET CONSTRAINTS bailiwick.grant_containment, bailiwick.role_include_containment IMMEDIATE;
    PERFORM set_config('bailiwick.policy_event', pg_current_xact_id()::text, true);
  END IF;
END
$$;

-- It is the role that has changed.
CREATE FUNCTION policy_event_write_include() RETURNS trigger LANGUAGE plpgsql SECURITY INVOKER
SET search_path = bailiwick, pg_temp AS $$
BEGIN
  PERFORM policy_event_begin();
  PERFORM policy_event_put('role', CASE TG_OP WHEN 'DELETE' THEN OLD.role_id ELSE NEW.role_id END);
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER role_include_policy AFTER INSERT OR DELETE ON role_include
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION policy_event_write_include();

-- What a role includes, by others too, each once; and what includes it.
CREATE FUNCTION role_included(role uuid) RETURNS SETOF uuid LANGUAGE sql STABLE PARALLEL SAFE ROWS 4
BEGIN ATOMIC
  WITH RECURSIVE below (id) AS (
    SELECT i.included_id FROM role_include i WHERE i.role_id = role
    UNION SELECT i.included_id FROM below b JOIN role_include i ON i.role_id = b.id)
  SELECT id FROM below;
END;
CREATE FUNCTION role_includers(role uuid) RETURNS SETOF uuid LANGUAGE sql STABLE PARALLEL SAFE ROWS 4
BEGIN ATOMIC
  WITH RECURSIVE above (id) AS (
    SELECT i.role_id FROM role_include i WHERE i.included_id = role
    UNION SELECT i.role_id FROM above a JOIN role_include i ON i.included_id = a.id)
  SELECT id FROM above;
END;

-- All that a role lets do, of which its own are those given.
CREATE FUNCTION role_effective(role uuid, own text[]) RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
  RETURN CASE WHEN EXISTS (SELECT FROM role_include i WHERE i.role_id = role)
              THEN ARRAY(SELECT unnest(own)
                          UNION SELECT unnest(r.permissions) FROM role_included(role) AS x (id) JOIN role r ON r.id = x.id
                          ORDER BY 1)
              ELSE own END;

-- The nearest of the roles included that has a permission itself; null where it is the role's own, or nobody's.
CREATE FUNCTION role_source(role uuid, own text[], permission text) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH RECURSIVE below (id, steps) AS (
    SELECT i.included_id, 1 FROM role_include i WHERE i.role_id = role AND permission <> ALL (own)
    UNION SELECT i.included_id, b.steps + 1 FROM below b JOIN role_include i ON i.role_id = b.id WHERE b.steps < 10)
  SELECT json_build_object('id', r.id, 'name', r.name)
    FROM below b JOIN role r ON r.id = b.id
   WHERE permission = ANY (r.permissions)
   ORDER BY b.steps, r.id
   LIMIT 1;
END;

CREATE OR REPLACE FUNCTION role_view(r role, low text) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
  RETURN json_build_object(
    'id', r.id, 'name', r.name, 'description', r.description, 'permissions', r.permissions,
    'includes', ARRAY(SELECT i.included_id FROM role_include i WHERE i.role_id = r.id ORDER BY 1),
    'effective_permissions', role_effective(r.id, r.permissions), 'kinds', r.kinds,
    'origin', CASE WHEN r.builtin THEN 'builtin' WHEN r.tenant_path >= low THEN 'tenant' ELSE 'inherited' END,
    'tenant_id', CASE WHEN NOT r.builtin AND r.tenant_path >= low THEN r.tenant_id END);

-- What a role below `low` includes and cannot take along to below the last of `line`: it stays behind.
CREATE FUNCTION include_stays(i role_include, low text, line text[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN NOT (starts_with(i.included_path || '/', low || '/') OR i.included_path = ANY (line));

SELECT wall_build('role_include', 'tenant_path', 'tenant_boundary');
CREATE POLICY flows_down ON role_include FOR SELECT TO bailiwick_app
  USING (tenant_path = ANY (NULLIF(current_setting('bailiwick.ancestors', true), '')::text[]));
CREATE POLICY follow ON role_include FOR SELECT TO bailiwick_policy USING (true);
GRANT SELECT, INSERT, DELETE ON role_include TO bailiwick_app;
GRANT SELECT (role_id, included_id) ON role_include TO bailiwick_policy;
