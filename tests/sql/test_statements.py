"""Every statement of sql/query does what its head says, as the role its head names, and nothing escapes the wall."""
import re

import psycopg
import pytest

from support.source import ROOT

FILES = sorted((ROOT / "sql/query").glob("*.sql"))
SERVING = ("app", "auth", "policy")
ROLES = {"app", "auth", "policy", "migrate", "any"}


class Statement:
    """A file's head and text."""

    def __init__(self, path):
        text = path.read_text()
        comments = re.match(r"(--[^\n]*\n)*", text).group(0)
        # A line that goes on is indented.
        self.head = dict(re.findall(r"^-- (\w+): *(.*)$", re.sub(r"\n--  +", " ", comments), re.MULTILINE))
        self.text = re.sub(r"(^|\n)[ \t]*--[^\n]*", "", text).strip()
        self.role = self.head.get("role", "app")

    def roles(self):
        return SERVING if self.role == "any" else (self.role,)

    def listed(self, key):
        """`$1 name type, ...` or `name type, ...` as [(name, type)]."""
        said = self.head.get(key, "")
        if said in ("", "none"):
            return []
        return [tuple(re.sub(r"^\$\d+ ", "", part.strip()).split(" ", 1)) for part in said.split(",")]


def type_name(connection, name):
    """A type's one name: bigint and int8 are the same."""
    return connection.execute("SELECT to_regtype(%s)::text", [name]).fetchone()[0] or f"no type {name}"


def described(connection, text):
    """Types of parameters, and names and types of columns, as PostgreSQL sees them."""
    prepared = connection.pgconn.prepare(b"", text.encode())
    assert prepared.status == psycopg.pq.ExecStatus.COMMAND_OK, prepared.error_message.decode()
    seen = connection.pgconn.describe_prepared(b"")
    parameters = [seen.param_type(i) for i in range(seen.nparams)]
    columns = [(seen.fname(i).decode(), seen.ftype(i)) for i in range(seen.nfields)]
    name = lambda oid: connection.execute("SELECT %s::oid::regtype::text", [oid]).fetchone()[0]
    return [name(oid) for oid in parameters], [(column, name(oid)) for column, oid in columns]


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def statement(request):
    return Statement(request.param)


def test_its_head_is_complete(statement):
    assert statement.role in ROLES
    assert {"params", "row"} <= set(statement.head)
    assert statement.head.get("scope", "none") == "none"
    assert statement.head.get("plan", "custom") == "custom"


def test_its_head_says_what_it_takes_and_gives(cluster, statement):
    for role in statement.roles():
        with cluster.connect(f"bailiwick_{role}") as connection:
            parameters, columns = described(connection, statement.text)
            assert [type_name(connection, kind) for _, kind in statement.listed("params")] == parameters
            assert [(name, type_name(connection, kind)) for name, kind in statement.listed("row")] == columns


def test_its_role_may_run_it(cluster, statement):
    """With NULL for every value it may break a constraint; what it must not do is lack a privilege, or not be SQL."""
    for role in statement.roles():
        with cluster.connect(f"bailiwick_{role}") as connection:
            connection.execute("SELECT set_config('bailiwick.low', '/', true), set_config('bailiwick.high', '0', true)")
            values = [None] * len(statement.listed("params"))
            result = connection.pgconn.exec_params(statement.text.encode(), values)
            code = result.error_field(psycopg.pq.DiagnosticField.SQLSTATE)
            message = result.error_field(psycopg.pq.DiagnosticField.MESSAGE_PRIMARY) or b""
            assert not (code or b"").startswith(b"42") or b"row-level security" in message, message.decode()
            connection.rollback()


def test_nothing_outlives_its_transaction():
    """A setting or a lock of the session would go on to the connection's next caller."""
    for path in [*FILES, *(ROOT / "sql/migrate").glob("*.sql")]:
        text = re.sub(r"--[^\n]*", "", path.read_text())
        assert not re.search(r"(^|;|\bBEGIN\b)\s*SET\s+(?!LOCAL\b|CONSTRAINTS\b)", text), path.name
        assert not re.search(r"set_config\([^)]*\bfalse\s*\)", text), path.name
        assert not re.search(r"pg_(try_)?advisory_lock", text), path.name


def holes(connection):
    return connection.execute(Statement(ROOT / "sql/query/escape_hatches.sql").text.replace("%", "%%"), []).fetchall()


def test_there_is_no_escape_hatch(cluster):
    with cluster.connect("bailiwick_migrate") as connection:
        assert holes(connection) == []


OWNED = "SET LOCAL ROLE bailiwick_owner; "
PLANTED = {
    "a table without row level security": (
        OWNED + "CREATE TABLE planted (tenant_id uuid, tenant_path text)",
        "table without forced row level security", "bailiwick.planted"),
    "a table that does not force it": (
        "ALTER TABLE tenant NO FORCE ROW LEVEL SECURITY", "table without forced row level security", "bailiwick.tenant"),
    "a table in the vault": (
        OWNED + "CREATE TABLE vault.planted (tenant_path text)",
        "table without forced row level security", "vault.planted"),
    "a tenant's table without a path": (
        OWNED + "CREATE TABLE planted (tenant_id uuid)", "tenant-owned table without a path", "bailiwick.planted"),
    "a policy without WITH CHECK": (
        "CREATE POLICY planted ON tenant FOR UPDATE TO bailiwick_auth USING (false)",
        "policy without WITH CHECK", "planted on bailiwick.tenant"),
    "a policy for everything": (
        "CREATE POLICY planted ON tenant FOR SELECT TO bailiwick_app USING (true)",
        "policy that lets everything through", "planted on bailiwick.tenant"),
    "a policy of everybody": (
        "CREATE POLICY planted ON tenant FOR SELECT USING (true)",
        "policy that lets everything through", "planted on bailiwick.tenant"),
    "a plain view": (
        OWNED + "CREATE VIEW planted AS SELECT id FROM tenant", "view without security_invoker", "bailiwick.planted"),
    "a view that says no": (
        OWNED + "CREATE VIEW planted WITH (security_invoker = off) AS SELECT id FROM tenant",
        "view without security_invoker", "bailiwick.planted"),
    "a materialized view": (
        OWNED + "CREATE MATERIALIZED VIEW planted AS SELECT id FROM tenant; GRANT SELECT (id) ON planted TO bailiwick_app",
        "materialized view that bailiwick_app reads", "bailiwick.planted"),
    "a function of another's right": (
        OWNED + "CREATE FUNCTION planted() RETURNS int SECURITY DEFINER LANGUAGE sql AS 'SELECT 1'",
        "SECURITY DEFINER without a search_path of its own", "bailiwick.planted()"),
    "a function of another's right elsewhere": (
        "CREATE SCHEMA aside; CREATE FUNCTION aside.planted() RETURNS int SECURITY DEFINER LANGUAGE sql AS 'SELECT 1'",
        "SECURITY DEFINER without a search_path of its own", "aside.planted()"),
    "a superuser's function": (
        "CREATE FUNCTION bailiwick.planted() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "function of another owner", "bailiwick.planted()"),
    "a superuser's table": (
        "CREATE TABLE bailiwick.planted ()", "relation of another owner", "bailiwick.planted"),
    "a superuser's schema": (
        "ALTER SCHEMA vault OWNER TO postgres", "schema of another owner", "vault"),
    "a role that row level security does not bind": (
        "ALTER ROLE bailiwick_app BYPASSRLS", "role that serves requests has an attribute it must not have", "bailiwick_app"),
    "a role that is a superuser": (
        "ALTER ROLE bailiwick_policy SUPERUSER", "role that serves requests has an attribute it must not have",
        "bailiwick_policy"),
    "a role that makes roles": (
        "ALTER ROLE bailiwick_auth CREATEROLE", "role that serves requests has an attribute it must not have",
        "bailiwick_auth"),
    "an owner that can log in": (
        "ALTER ROLE bailiwick_owner LOGIN", "owner that somebody can log in as", "bailiwick_owner"),
    "a role that owns": (
        "CREATE SCHEMA aside AUTHORIZATION bailiwick_app", "role that serves requests owns something", "bailiwick_app"),
    "a role that can become the owner": (
        "GRANT bailiwick_owner TO bailiwick_app", "role that serves requests is a member of bailiwick_owner",
        "bailiwick_app"),
    "a role that reads all": (
        "GRANT pg_read_all_data TO bailiwick_auth", "role that serves requests is a member of pg_read_all_data",
        "bailiwick_auth"),
    "TRUNCATE": (
        "GRANT TRUNCATE ON tenant TO bailiwick_app", "bailiwick_app may TRUNCATE", "bailiwick.tenant"),
    "REFERENCES": (
        "GRANT REFERENCES ON tenant TO bailiwick_auth", "bailiwick_auth may REFERENCES", "bailiwick.tenant"),
    "a right of everybody": (
        "GRANT SELECT ON tenant TO PUBLIC", "privilege of everybody", "bailiwick.tenant"),
    "a role that creates": (
        "GRANT CREATE ON SCHEMA bailiwick TO bailiwick_app", "bailiwick_app may create in a schema", "bailiwick"),
    "everybody creates": (
        "GRANT CREATE ON SCHEMA public TO PUBLIC", "everybody may create in a schema", "public"),
    "a reader of the vault": (
        "GRANT SELECT (password_hash) ON vault.credential TO bailiwick_app", "bailiwick_app reads the vault",
        "vault.credential"),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_escape_is_found(cluster, planted):
    plant, kind, thing = PLANTED[planted]
    with cluster.connect("postgres") as connection:
        connection.execute(plant)
        connection.execute("RESET ROLE")
        assert (kind, thing) in holes(connection)
        connection.rollback()
