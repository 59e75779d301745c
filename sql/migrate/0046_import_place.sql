-- Results of a job stand by places of its content, so that they are read in the order of its lines: rows that waited are settled
-- last, and belong between others.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;
-- Each of 1024 lines; removals, which no line names, are numbered behind the last line that there can be.
ALTER TABLE import_result ADD COLUMN place bigint, DROP CONSTRAINT import_result_pkey;

-- Those there are. No wall binds this role.
SET LOCAL ROLE bailiwick_migrate;
DO $$
DECLARE
  had numeric := (SELECT sum(length(lines)) FROM bailiwick.import_result);
  has numeric;
BEGIN
  WITH before AS (
    DELETE FROM bailiwick.import_result RETURNING *
  )
  INSERT INTO bailiwick.import_result (job_id, tenant_id, tenant_path, tenant_boundary, number, refused, place, lines)
  SELECT r.job_id, r.tenant_id, r.tenant_path, r.tenant_boundary, r.number, r.refused,
         coalesce((l.line::json->>'line')::bigint, (1::bigint << 41) + r.number * 1024) / 1024,
         string_agg(l.line || E'\n', '' ORDER BY l.nth)
    FROM before r, regexp_split_to_table(rtrim(r.lines, E'\n'), E'\n') WITH ORDINALITY AS l (line, nth)
   GROUP BY 1, 2, 3, 4, 5, 6, 7;
  has := (SELECT sum(length(lines)) FROM bailiwick.import_result);
  IF has IS DISTINCT FROM had THEN
    RAISE EXCEPTION '% letters of results became %', had, has;
  END IF;
END
$$;

SET LOCAL ROLE bailiwick_owner;
ALTER TABLE import_result
  ALTER COLUMN place SET NOT NULL,
  ADD CONSTRAINT import_result_pkey PRIMARY KEY (job_id, place, number, tenant_path);
