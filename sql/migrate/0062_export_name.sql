-- How an export names what rows could not name by what it is called.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

-- A row that says this means an id.
CREATE FUNCTION is_id(name text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN name ~ '^id:[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$';

-- By the external_id, or by the id where there is none, or one that would be taken for an id.
CREATE FUNCTION export_name(external_id text, id uuid) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE WHEN is_id(external_id) THEN 'id:' || id ELSE coalesce(external_id, 'id:' || id) END;

-- A tenant within the one that is exported, which begins at low: what several of them are called names none of them. That one
-- itself is where the rows are loaded, and needs no name.
CREATE OR REPLACE FUNCTION export_name(t tenant, low text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN CASE WHEN t.external_id IS NOT NULL AND NOT is_id(t.external_id)
                   AND NOT EXISTS (SELECT FROM tenant o
                                    WHERE o.external_id = t.external_id AND o.path >= low AND o.path < low || '0'
                                      AND o.path <> t.path AND o.terminated_at IS NULL) THEN t.external_id
              WHEN t.path <> low THEN 'id:' || t.id END;

-- Rows can name the tenant, and each between it and the one that is exported, by what another service would know them by too.
CREATE FUNCTION export_portable(path text, low text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  RETURN starts_with(path, low)
     AND NOT EXISTS (SELECT FROM tenant a
                      WHERE a.path > low AND is_id(export_name(a, low))
                        AND a.path = ANY (ARRAY(SELECT left($1, 9 * i) FROM generate_series(1, length($1) / 9) i)));

-- A role by the name that leads to it from a tenant with that path.
CREATE FUNCTION export_name(r role, path text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN CASE WHEN EXISTS (SELECT FROM role o
                            WHERE o.name = r.name AND starts_with(o.tenant_path, r.tenant_path) AND o.tenant_path <> r.tenant_path
                              AND o.tenant_path = ANY (ARRAY(SELECT left(path, 9 * i) FROM generate_series(1, length(path) / 9) i)))
              THEN 'id:' || r.id ELSE r.name END;

-- It or one above it was terminated.
CREATE FUNCTION tenant_is_over(path text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  RETURN EXISTS (SELECT FROM tenant a
                  WHERE a.terminated_at IS NOT NULL
                    AND a.path = ANY (ARRAY(SELECT left($1, 9 * i) FROM generate_series(1, length($1) / 9) i)));
CREATE INDEX tenant_over ON tenant (path) WHERE terminated_at IS NOT NULL;
