-- Every way past the tenant's wall that the catalog shows, one row each; none is right. Runs at start-up and in CI.
-- role: migrate
-- params: none
-- row: kind text, object text
WITH ours AS (
  SELECT oid, nspname, nspowner FROM pg_namespace WHERE nspname IN ('bailiwick', 'vault')
), serving AS (
  SELECT * FROM pg_roles
   WHERE rolname IN ('bailiwick_app', 'bailiwick_auth', 'bailiwick_policy', 'bailiwick_auditor')
), relation AS (
  SELECT c.oid, c.relkind, c.relowner, c.relacl, c.reloptions, c.relrowsecurity AND c.relforcerowsecurity AS walled,
         s.nspname, format('%I.%I', s.nspname, c.relname) AS name,
         EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('path', 'tenant_path')
                                              AND NOT a.attisdropped) AS has_path,
         EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id'
                                              AND NOT a.attisdropped) AS has_tenant
    FROM pg_class c JOIN ours s ON s.oid = c.relnamespace
), routine AS (
  SELECT p.oid, p.proowner, p.prosecdef, p.proconfig, n.nspname,
         format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) AS name
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
   WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
), policy AS (
  SELECT p.*, r.name AS relation, format('%I on %s', p.polname, r.name) AS name
    FROM pg_policy p JOIN relation r ON r.oid = p.polrelid
)
SELECT 'table without forced row level security' AS kind, name AS object
  FROM relation WHERE relkind IN ('r', 'p', 'f') AND has_path AND NOT walled
UNION ALL
SELECT 'tenant-owned table without a path', name
  FROM relation WHERE relkind IN ('r', 'p', 'f') AND has_tenant AND NOT has_path
UNION ALL
SELECT 'policy without WITH CHECK', name
  FROM policy WHERE polcmd IN ('a', 'w', '*') AND polwithcheck IS NULL
UNION ALL
SELECT 'policy that lets everything through', policy.name
  FROM policy
 WHERE (0 = ANY (polroles) OR to_regrole('bailiwick_app')::oid = ANY (polroles))
   AND 'true' IN (pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
UNION ALL
SELECT 'view without security_invoker', name
  FROM relation
 WHERE relkind = 'v'
   AND NOT EXISTS (SELECT FROM pg_options_to_table(reloptions)
                    WHERE option_name = 'security_invoker' AND option_value::boolean)
UNION ALL
SELECT 'materialized view that ' || rolname || ' reads', name
  FROM relation, serving
 WHERE relkind = 'm' AND has_any_column_privilege(serving.oid, relation.oid, 'SELECT')
UNION ALL
SELECT 'SECURITY DEFINER without a search_path of its own', name
  FROM routine
 WHERE prosecdef AND NOT EXISTS (SELECT FROM unnest(proconfig) setting WHERE setting LIKE 'search\_path=%')
UNION ALL
SELECT 'function of another owner', name
  FROM routine WHERE nspname IN ('bailiwick', 'vault') AND proowner IS DISTINCT FROM to_regrole('bailiwick_owner')
UNION ALL
SELECT 'relation of another owner', name
  FROM relation WHERE relowner IS DISTINCT FROM to_regrole('bailiwick_owner')
UNION ALL
SELECT 'schema of another owner', nspname
  FROM ours WHERE nspowner IS DISTINCT FROM to_regrole('bailiwick_owner')
UNION ALL
SELECT 'role that serves requests has an attribute it must not have', rolname
  FROM serving WHERE rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication
UNION ALL
SELECT 'owner that somebody can log in as', rolname
  FROM pg_roles WHERE rolname = 'bailiwick_owner' AND (rolcanlogin OR rolsuper)
UNION ALL
SELECT 'role that serves requests owns something', rolname
  FROM serving WHERE EXISTS (SELECT FROM pg_shdepend d WHERE d.refclassid = 'pg_authid'::regclass
                                                         AND d.refobjid = serving.oid AND d.deptype = 'o')
UNION ALL
SELECT 'role that serves requests is a member of ' || pg_get_userbyid(m.roleid), rolname
  FROM serving JOIN pg_auth_members m ON m.member = serving.oid
UNION ALL
SELECT rolname || ' may ' || privilege, name
  FROM relation, serving, unnest(ARRAY['TRUNCATE', 'REFERENCES', 'TRIGGER']) AS privilege
 WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND has_table_privilege(serving.oid, relation.oid, privilege)
UNION ALL
SELECT 'privilege of everybody', name
  FROM relation WHERE EXISTS (SELECT FROM aclexplode(relacl) WHERE grantee = 0)
UNION ALL
SELECT rolname || ' may create in a schema', n.nspname
  FROM serving, pg_namespace n
 WHERE n.nspname NOT LIKE 'pg\_%' AND has_schema_privilege(serving.oid, n.oid, 'CREATE')
UNION ALL
SELECT 'everybody may create in a schema', n.nspname
  FROM pg_namespace n, aclexplode(n.nspacl) a
 WHERE a.grantee = 0 AND a.privilege_type = 'CREATE'
UNION ALL
SELECT rolname || ' reads the vault', name
  FROM relation, serving
 WHERE nspname = 'vault' AND relkind IN ('r', 'p', 'v', 'm', 'f') AND rolname IN ('bailiwick_app', 'bailiwick_auditor')
   AND has_any_column_privilege(serving.oid, relation.oid, 'SELECT')
