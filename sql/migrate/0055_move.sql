-- Moving: what the service may change of where things stand, and what stood elsewhere keeps its own history.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

GRANT UPDATE (parent_id, parent_path, parent_boundary) ON tenant TO bailiwick_app;
GRANT UPDATE (granted_by_path) ON "grant" TO bailiwick_app;
GRANT UPDATE (submitter_path) ON import_job TO bailiwick_app;

-- A path and all those above it, from the root down.
CREATE FUNCTION path_line(path text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN ARRAY(SELECT left(path, 9 * i) COLLATE "C" FROM generate_series(1, length(path) / 9) i);

-- A grant below `low` which cannot go along to below the last of `line`: of somebody, or of a role, that stays behind.
CREATE FUNCTION grant_stays(g "grant", low text, line text[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN NOT (starts_with(g.principal_path || '/', low || '/') OR g.principal_path = ANY (line))
      OR NOT (starts_with(g.role_path || '/', low || '/') OR g.role_path = ANY (line));

-- Where a tenant that was moved stood before, as far as those at and below it read their history there.
CREATE TABLE tenant_former (
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  former          text NOT NULL COLLATE "C",
  left_at         timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, former, tenant_path),
  CONSTRAINT tenant_former_tenant_fkey FOREIGN KEY (tenant_id, tenant_path, tenant_boundary)
    REFERENCES tenant (id, path, boundary) MATCH FULL ON UPDATE CASCADE
);
CREATE INDEX tenant_former_place ON tenant_former (tenant_path);
SELECT wall_build('tenant_former', 'tenant_path', 'tenant_boundary');
CREATE POLICY flows_down ON tenant_former FOR SELECT TO bailiwick_app
  USING (tenant_path = ANY ((SELECT NULLIF(current_setting('bailiwick.ancestors', true), ''))::text[]));
GRANT SELECT, INSERT ON tenant_former TO bailiwick_app;

-- Where what stands at a path stood before, with whatever it stood under.
CREATE FUNCTION path_formers(path text) RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
  RETURN ARRAY(SELECT f.former || substr(path, length(f.tenant_path) + 1) FROM tenant_former f
                WHERE f.tenant_path = ANY (path_line(path)));

-- Of a scope's formers, that within which an event of another time stands.
CREATE FUNCTION former_of(event_path text, formers text[], self boolean) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (SELECT max(f) FROM unnest(formers) f
           WHERE event_path = f OR (NOT self AND starts_with(event_path, f || '/')));

-- What begins where the scope begins was moved with its events behind it: it reads them, and its new line does not.
CREATE FUNCTION former_admits(former text, boundary text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN former IS NOT NULL AND (boundary = '' OR starts_with(former, boundary));
CREATE POLICY history ON audit_event FOR SELECT TO bailiwick_app USING (former_admits(
  former_of(tenant_path, (SELECT path_formers(NULLIF(current_setting('bailiwick.low', true), ''))),
            (SELECT NULLIF(current_setting('bailiwick.high', true), '') = current_setting('bailiwick.low', true) || '/')),
  tenant_boundary));

-- From where on an event of a path names whom it names: the scope's beginning, as it was at that time.
CREATE FUNCTION audit_low(event_path text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN CASE WHEN event_path >= current_setting('bailiwick.low') AND event_path < current_setting('bailiwick.high')
              THEN current_setting('bailiwick.low')
              ELSE former_of(event_path, path_formers(current_setting('bailiwick.low')), false) END;

SET LOCAL ROLE bailiwick_migrate;
DO $$
DECLARE
  changed bigint;
BEGIN
  UPDATE bailiwick.role SET permissions = permissions || ARRAY['tenant:move']
   WHERE builtin AND name IN ('provider_admin');
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> 1 THEN
    RAISE EXCEPTION 'tenant:move went to % roles, not to 1', changed;
  END IF;
END
$$;
SET CONSTRAINTS ALL IMMEDIATE;
