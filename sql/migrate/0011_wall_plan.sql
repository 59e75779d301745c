-- What a wall compares with is asked for once a statement, where the planner cannot see it. Seen, it was estimated: a plan
-- made for a customer looked a tenant up through the range of all its paths, one, and kept for the provider walked all of
-- the tree. Unseen, the key of an id is always the shorter way, and the range joins its condition as before.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

CREATE FUNCTION wall_text(path_column text, boundary_column text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = bailiwick, pg_temp
  RETURN format(
    $wall$%1$I >= (SELECT NULLIF(current_setting('bailiwick.low', true), ''))
      AND %1$I < (SELECT NULLIF(current_setting('bailiwick.high', true), ''))
      AND (%2$I = '' OR starts_with((SELECT NULLIF(current_setting('bailiwick.low', true), '')), %2$I)
           OR %2$I = ANY ((SELECT NULLIF(current_setting('bailiwick.consents', true), ''))::text[]))$wall$,
    path_column, boundary_column);
REVOKE ALL ON FUNCTION wall_text(text, text) FROM PUBLIC;

CREATE OR REPLACE FUNCTION wall_build(target regclass, path_column text, boundary_column text) RETURNS void
LANGUAGE plpgsql SET search_path = bailiwick, pg_temp AS $$
DECLARE
  inside text := wall_text(path_column, boundary_column);
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format('CREATE POLICY inside ON %s FOR ALL TO bailiwick_app USING (%s) WITH CHECK (%s)', target, inside, inside);
END
$$;

DO $$
DECLARE
  target regclass;
  inside text;
BEGIN
  FOR target IN SELECT polrelid FROM pg_policy WHERE polname = 'inside' LOOP
    inside := CASE target WHEN 'tenant'::regclass THEN wall_text('path', 'boundary')
                          ELSE wall_text('tenant_path', 'tenant_boundary') END;
    EXECUTE format('ALTER POLICY inside ON %s USING (%s) WITH CHECK (%s)', target, inside, inside);
  END LOOP;
END
$$;
