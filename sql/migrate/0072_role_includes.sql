-- A role says itself what it includes. One that includes nothing, as nearly all do, is then shown and measured without a look at
-- another table, and by an expression that the planner takes apart: it does not where one has a query in it.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

-- Null where it includes nothing.
ALTER TABLE role ADD COLUMN includes uuid[];
GRANT UPDATE (includes) ON role TO bailiwick_app;
GRANT SELECT (includes) ON role TO bailiwick_policy;

-- Of the same tenant, and so within the sight of whoever writes the one and the other.
CREATE FUNCTION role_include_note() RETURNS trigger LANGUAGE plpgsql SET search_path = bailiwick, pg_temp AS $$
DECLARE
  changed uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.role_id ELSE NEW.role_id END;
BEGIN
  UPDATE role SET includes = NULLIF(ARRAY(SELECT i.included_id FROM role_include i WHERE i.role_id = changed ORDER BY 1), '{}')
   WHERE id = changed;
  RETURN NULL;
END
$$;
CREATE TRIGGER role_include_note AFTER INSERT OR DELETE ON role_include
  FOR EACH ROW EXECUTE FUNCTION role_include_note();

CREATE OR REPLACE FUNCTION role_view(r role, low text) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
  RETURN json_build_object(
    'id', r.id, 'name', r.name, 'description', r.description, 'permissions', r.permissions,
    'includes', coalesce(r.includes, '{}'),
    'effective_permissions', CASE WHEN r.includes IS NULL THEN r.permissions ELSE role_effective(r.id, r.permissions) END,
    'kinds', r.kinds,
    'origin', CASE WHEN r.builtin THEN 'builtin' WHEN r.tenant_path >= low THEN 'tenant' ELSE 'inherited' END,
    'tenant_id', CASE WHEN NOT r.builtin AND r.tenant_path >= low THEN r.tenant_id END);

SET LOCAL ROLE bailiwick_migrate;
UPDATE bailiwick.role r SET includes = ARRAY(SELECT i.included_id FROM bailiwick.role_include i WHERE i.role_id = r.id ORDER BY 1)
 WHERE EXISTS (SELECT FROM bailiwick.role_include i WHERE i.role_id = r.id);
