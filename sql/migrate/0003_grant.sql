-- Roles, which flow down from who made them, and grants of them.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

CREATE TABLE role (
  id              uuid NOT NULL,
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  name            text NOT NULL COLLATE "C",
  description     text NOT NULL DEFAULT '',
  builtin         boolean NOT NULL DEFAULT false,
  permissions     text[] NOT NULL,
  -- The kinds of tenant at which it can be held.
  kinds           text[] NOT NULL DEFAULT '{provider,partner,customer}',
  version         bigint NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, tenant_path),
  CONSTRAINT role_name_key UNIQUE (tenant_id, name),
  CONSTRAINT role_tenant_fkey FOREIGN KEY (tenant_id, tenant_path, tenant_boundary)
    REFERENCES tenant (id, path, boundary) MATCH FULL ON UPDATE CASCADE
);
CREATE INDEX role_place ON role (tenant_path, name);

CREATE TRIGGER role_touch BEFORE UPDATE ON role FOR EACH ROW
  WHEN ((OLD.name, OLD.description, OLD.permissions, OLD.kinds) IS DISTINCT FROM
        (NEW.name, NEW.description, NEW.permissions, NEW.kinds))
  EXECUTE FUNCTION row_touch();

-- What a role says, never whose it is when it comes from above the viewer.
CREATE FUNCTION role_view(r role, low text) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
  RETURN json_build_object(
    'id', r.id, 'name', r.name, 'description', r.description, 'permissions', r.permissions, 'kinds', r.kinds,
    'origin', CASE WHEN r.builtin THEN 'builtin' WHEN r.tenant_path >= low THEN 'tenant' ELSE 'inherited' END,
    'tenant_id', CASE WHEN NOT r.builtin AND r.tenant_path >= low THEN r.tenant_id END);

SELECT wall_build('role', 'tenant_path', 'tenant_boundary');
CREATE POLICY flows_down ON role FOR SELECT TO bailiwick_app
  USING (tenant_path = ANY (NULLIF(current_setting('bailiwick.ancestors', true), '')::text[]));
CREATE POLICY follow ON role FOR SELECT TO bailiwick_policy USING (true);

CREATE TABLE "grant" (
  id              uuid NOT NULL,
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  principal_id    uuid NOT NULL,
  principal_path  text NOT NULL COLLATE "C",
  role_id         uuid NOT NULL,
  role_path       text NOT NULL COLLATE "C",
  reach           text NOT NULL COLLATE "C" CONSTRAINT grant_reach CHECK (reach IN ('self', 'subtree')),
  not_before      timestamptz,
  expires_at      timestamptz,
  reason          text,
  granted_by      uuid,
  granted_by_path text COLLATE "C",
  created_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, tenant_path),
  CONSTRAINT grant_once_key UNIQUE (tenant_id, principal_id, role_id, reach),
  CONSTRAINT grant_dates CHECK (expires_at > not_before),
  CONSTRAINT grant_tenant_fkey FOREIGN KEY (tenant_id, tenant_path, tenant_boundary)
    REFERENCES tenant (id, path, boundary) MATCH FULL ON UPDATE CASCADE,
  CONSTRAINT grant_principal_fkey FOREIGN KEY (principal_id, principal_path)
    REFERENCES principal (id, tenant_path) MATCH FULL ON UPDATE CASCADE ON DELETE CASCADE,
  CONSTRAINT grant_role_fkey FOREIGN KEY (role_id, role_path)
    REFERENCES role (id, tenant_path) MATCH FULL ON UPDATE CASCADE
);
CREATE INDEX grant_place ON "grant" (tenant_path, id);
CREATE INDEX grant_principal ON "grant" (principal_id, tenant_path, id);
CREATE INDEX grant_role ON "grant" (role_id, role_path);

-- A grant's tenant lies within its principal's home subtree, and its role flows down to it. Deferred, and re-read: between
-- the two cascades of a move a CHECK would see one path new and one old.
CREATE FUNCTION grant_containment() RETURNS trigger LANGUAGE plpgsql SET search_path = bailiwick, pg_temp AS $$
DECLARE
  g "grant";
BEGIN
  SELECT * INTO g FROM "grant" WHERE id = NEW.id;
  IF FOUND AND NOT (starts_with(g.tenant_path || '/', g.principal_path || '/')
                    AND starts_with(g.tenant_path || '/', g.role_path || '/')) THEN
    RAISE EXCEPTION 'a grant lies within its principal''s home subtree' USING ERRCODE = 'BW001';
  END IF;
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER grant_containment AFTER INSERT OR UPDATE ON "grant"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION grant_containment();

CREATE FUNCTION grant_view(g "grant", role_name text, low text) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
  RETURN json_build_object(
    'id', g.id, 'tenant_id', g.tenant_id,
    'principal_id', CASE WHEN g.principal_path >= low THEN g.principal_id END,
    'role_id', g.role_id, 'role', role_name, 'scope', g.reach, 'not_before', rfc3339(g.not_before),
    'expires_at', rfc3339(g.expires_at), 'reason', g.reason,
    'granted_by', CASE WHEN g.granted_by_path >= low THEN g.granted_by END, 'created_at', rfc3339(g.created_at));

SELECT wall_build('"grant"', 'tenant_path', 'tenant_boundary');
CREATE POLICY follow ON "grant" FOR SELECT TO bailiwick_policy USING (true);

GRANT SELECT ON role TO bailiwick_app;
GRANT SELECT, INSERT, DELETE ON "grant" TO bailiwick_app;
GRANT UPDATE (not_before, expires_at, reason) ON "grant" TO bailiwick_app;
GRANT SELECT (id, tenant_id, permissions) ON role TO bailiwick_policy;
GRANT SELECT (id, principal_id, role_id, tenant_id, reach, not_before, expires_at) ON "grant" TO bailiwick_policy;
