-- The tree of tenants, its paths and its wall.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

-- Which kind may stand under which.
CREATE TABLE tenant_kind_rule (
  parent_kind text NOT NULL COLLATE "C",
  kind        text NOT NULL COLLATE "C",
  PRIMARY KEY (parent_kind, kind)
);
INSERT INTO tenant_kind_rule VALUES
  ('provider', 'partner'), ('provider', 'customer'), ('partner', 'partner'), ('partner', 'customer');

CREATE TABLE tenant (
  id              uuid NOT NULL,
  label           text NOT NULL COLLATE "C" CONSTRAINT tenant_label CHECK (label ~ '^[0-9a-z]{8}$'),
  parent_id       uuid,
  parent_path     text COLLATE "C",
  parent_boundary text COLLATE "C",
  is_boundary     boolean NOT NULL DEFAULT false,
  path            text NOT NULL COLLATE "C" GENERATED ALWAYS AS (coalesce(parent_path, '') || '/' || label) STORED,
  -- The path of the nearest boundary at or above, else empty; a generated column cannot name another.
  boundary        text NOT NULL COLLATE "C" GENERATED ALWAYS AS (
                    CASE WHEN is_boundary THEN coalesce(parent_path, '') || '/' || label
                         ELSE coalesce(parent_boundary, '') END) STORED,
  kind            text NOT NULL COLLATE "C" CONSTRAINT tenant_kind CHECK (kind IN ('provider', 'partner', 'customer')),
  code            text NOT NULL COLLATE "C" CONSTRAINT tenant_code_key UNIQUE,
  name            text NOT NULL CONSTRAINT tenant_name CHECK (name <> ''),
  name_key        text NOT NULL COLLATE "C",
  external_id     text COLLATE "C",
  state           text NOT NULL COLLATE "C" DEFAULT 'active' CONSTRAINT tenant_state CHECK (state IN ('active', 'suspended')),
  suspended_reach text COLLATE "C" CONSTRAINT tenant_suspended_reach CHECK (suspended_reach IN ('staff', 'subtree')),
  suspended_at    timestamptz,
  version         bigint NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, path, boundary),
  CONSTRAINT tenant_path_unique UNIQUE (path),
  CONSTRAINT tenant_external_key UNIQUE (parent_id, external_id),
  CONSTRAINT tenant_depth CHECK (length(path) <= 16 * 9),
  CONSTRAINT tenant_root CHECK ((parent_id IS NULL) = (kind = 'provider')),
  CONSTRAINT tenant_suspension CHECK ((state = 'suspended') = (suspended_reach IS NOT NULL)
                                      AND (state = 'suspended') = (suspended_at IS NOT NULL)),
  CONSTRAINT tenant_parent_fkey FOREIGN KEY (parent_id, parent_path, parent_boundary)
    REFERENCES tenant (id, path, boundary) MATCH FULL ON UPDATE CASCADE
);
CREATE UNIQUE INDEX tenant_one_root ON tenant (kind) WHERE kind = 'provider';
CREATE INDEX tenant_children ON tenant (parent_id, path);
CREATE INDEX tenant_external ON tenant (external_id, path) WHERE external_id IS NOT NULL;

-- Time as the API writes it: RFC 3339, UTC, microseconds.
CREATE FUNCTION rfc3339(moment timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');

-- What a tenant looks like to someone whose view begins at the path `low`: nothing stands above that.
CREATE FUNCTION tenant_view(t tenant, low text) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
  RETURN json_build_object(
    'id', t.id, 'parent_id', CASE WHEN t.path > low THEN t.parent_id END, 'kind', t.kind, 'code', t.code,
    'name', t.name, 'external_id', t.external_id, 'state', t.state, 'suspended_reach', t.suspended_reach,
    'suspended_at', rfc3339(t.suspended_at), 'created_at', rfc3339(t.created_at), 'updated_at', rfc3339(t.updated_at));

CREATE FUNCTION tenant_place() RETURNS trigger LANGUAGE plpgsql SET search_path = bailiwick, pg_temp AS $$
BEGIN
  IF NEW.parent_id IS NOT NULL AND NOT EXISTS (
       SELECT FROM tenant p JOIN tenant_kind_rule r ON r.parent_kind = p.kind AND r.kind = NEW.kind
        WHERE p.id = NEW.parent_id AND p.path = NEW.parent_path) THEN
    RAISE EXCEPTION 'a % cannot stand there', NEW.kind USING ERRCODE = 'BW002';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER tenant_place_insert BEFORE INSERT ON tenant FOR EACH ROW EXECUTE FUNCTION tenant_place();
CREATE TRIGGER tenant_place_update BEFORE UPDATE ON tenant FOR EACH ROW
  WHEN (OLD.parent_id IS DISTINCT FROM NEW.parent_id OR OLD.kind <> NEW.kind) EXECUTE FUNCTION tenant_place();

-- A row's version and time change with what it says, not with where it stands.
CREATE FUNCTION row_touch() RETURNS trigger LANGUAGE plpgsql SET search_path = bailiwick, pg_temp AS $$
BEGIN
  NEW.version := OLD.version + 1;
  NEW.updated_at := now();
  RETURN NEW;
END
$$;
CREATE TRIGGER tenant_touch BEFORE UPDATE ON tenant FOR EACH ROW
  WHEN ((OLD.name, OLD.external_id, OLD.state, OLD.suspended_reach, OLD.kind, OLD.parent_id, OLD.is_boundary)
        IS DISTINCT FROM
        (NEW.name, NEW.external_id, NEW.state, NEW.suspended_reach, NEW.kind, NEW.parent_id, NEW.is_boundary))
  EXECUTE FUNCTION row_touch();

-- The wall, one for every tenant-owned table: a pure range over the carried path, which becomes the index condition, and
-- the boundary. A missing or empty setting sees nothing and writes nothing.
CREATE FUNCTION wall_build(target regclass, path_column text, boundary_column text) RETURNS void
LANGUAGE plpgsql SET search_path = bailiwick, pg_temp AS $$
DECLARE
  inside text := format(
    $wall$%1$I >= NULLIF(current_setting('bailiwick.low', true), '')
      AND %1$I < NULLIF(current_setting('bailiwick.high', true), '')
      AND (%2$I = '' OR starts_with(NULLIF(current_setting('bailiwick.low', true), ''), %2$I)
           OR %2$I = ANY (NULLIF(current_setting('bailiwick.consents', true), '')::text[]))$wall$,
    path_column, boundary_column);
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format('CREATE POLICY inside ON %s FOR ALL TO bailiwick_app USING (%s) WITH CHECK (%s)', target, inside, inside);
END
$$;
REVOKE ALL ON FUNCTION wall_build(regclass, text, text) FROM PUBLIC;

SELECT wall_build('tenant', 'path', 'boundary');
CREATE POLICY sign_in ON tenant FOR SELECT TO bailiwick_auth USING (true);
CREATE POLICY follow ON tenant FOR SELECT TO bailiwick_policy USING (true);

GRANT SELECT ON tenant_kind_rule TO bailiwick_app;
GRANT SELECT, INSERT ON tenant TO bailiwick_app;
GRANT UPDATE (name, name_key, external_id, state, suspended_reach, suspended_at, version, updated_at) ON tenant TO bailiwick_app;
GRANT SELECT (id, path, boundary, kind, code, name, state, suspended_reach) ON tenant TO bailiwick_auth;
GRANT SELECT (id, label, parent_id, kind, state, suspended_reach, is_boundary) ON tenant TO bailiwick_policy;
