-- The database's roles and schemas: run once, as a superuser, in the database that is to hold the service.
-- Nothing logs in as the owner; who serves requests owns nothing. Passwords, where the server asks for them, are set apart:
-- ALTER ROLE bailiwick_app PASSWORD ... and so on.
DO $$
BEGIN
  IF to_regrole('bailiwick_owner') IS NULL THEN
    CREATE ROLE bailiwick_owner NOLOGIN;
  END IF;
  IF to_regrole('bailiwick_migrate') IS NULL THEN
    CREATE ROLE bailiwick_migrate LOGIN BYPASSRLS;
  END IF;
  IF to_regrole('bailiwick_app') IS NULL THEN
    CREATE ROLE bailiwick_app LOGIN;
  END IF;
  IF to_regrole('bailiwick_auth') IS NULL THEN
    CREATE ROLE bailiwick_auth LOGIN;
  END IF;
  IF to_regrole('bailiwick_policy') IS NULL THEN
    CREATE ROLE bailiwick_policy LOGIN;
  END IF;
  IF to_regrole('bailiwick_auditor') IS NULL THEN
    CREATE ROLE bailiwick_auditor LOGIN;
  END IF;
END
$$;

GRANT bailiwick_owner TO bailiwick_migrate;

-- With 4, and path histograms being coarse, the planner sorts a whole subtree for one page.
ALTER ROLE bailiwick_app SET random_page_cost = 1.1;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA IF NOT EXISTS bailiwick AUTHORIZATION bailiwick_owner;
CREATE SCHEMA IF NOT EXISTS vault AUTHORIZATION bailiwick_owner;
REVOKE ALL ON SCHEMA bailiwick, vault FROM PUBLIC;
GRANT USAGE ON SCHEMA bailiwick TO bailiwick_app, bailiwick_auth, bailiwick_policy, bailiwick_auditor;
-- bailiwick_app puts one-time tokens and client secrets in, and reads nothing there.
GRANT USAGE ON SCHEMA vault TO bailiwick_app, bailiwick_auth, bailiwick_policy;

DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO bailiwick_migrate, bailiwick_app, bailiwick_auth, bailiwick_policy, bailiwick_auditor',
                 current_database());
END
$$;
