-- An event takes a bounded room, whoever fills a list to its last character: of a longer member it keeps how it begins, and says so.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

-- The digest tells two values that begin alike apart.
CREATE FUNCTION audit_member(value json) RETURNS json LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE WHEN octet_length(value::text) <= 8192 THEN value ELSE json_build_object(
    'shortened', true, 'bytes', octet_length(value::text),
    'sha256', encode(sha256(convert_to(value::text, 'UTF8')), 'hex'), 'begins', left(value::text, 1000)) END;

CREATE OR REPLACE FUNCTION audit_difference(subject json, other json) RETURNS json LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (SELECT json_object_agg(m.key, audit_member(m.value)) FROM json_each(subject) m
           WHERE m.key <> 'updated_at' AND m.value::text IS DISTINCT FROM (other -> m.key)::text);
