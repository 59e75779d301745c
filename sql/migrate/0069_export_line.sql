-- What an export asks of tenants many times over costs more than the planner would think.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

-- Of the exported tenant itself, and where there is none above that is exported, nothing stands in the way.
CREATE OR REPLACE FUNCTION export_portable(path text, low text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE COST 10000
  RETURN path IS NULL OR starts_with(low, path)
      OR (starts_with(path, low)
          AND NOT EXISTS (SELECT FROM tenant a
                           WHERE a.path > low AND is_id(export_name(a, low))
                             AND a.path = ANY (ARRAY(SELECT left($1, 9 * i) FROM generate_series(1, length($1) / 9) i))));

ALTER FUNCTION tenant_is_over(text) COST 10000;

CREATE OR REPLACE FUNCTION export_name(r role, path text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN CASE WHEN EXISTS (SELECT FROM role o
                            WHERE o.name = r.name
                              AND o.tenant_path = ANY (ARRAY(SELECT left(path, 9 * i)
                                                               FROM generate_series(length(r.tenant_path) / 9 + 1, length(path) / 9) i)))
              THEN 'id:' || r.id ELSE r.name END;
