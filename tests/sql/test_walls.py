"""The walls of the schema, each tried from the side that it is to hold against."""
import random
import re
import select
import threading

import psycopg
import pytest
from conftest import ROOT
from psycopg import errors
from tree import MOVE, ROWS, at, filled, move, owned, quoted, root, scope, tenant

@pytest.fixture
def db(cluster):
    """A superuser's transaction of which nothing stays; no wall of row level security binds it."""
    with cluster.connect("postgres") as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def app(cluster):
    """The service's own role, in a transaction of which nothing stays."""
    with cluster.connect("bailiwick_app") as connection:
        yield connection
        connection.rollback()


@pytest.fixture(scope="module")
def estate(cluster):
    """Committed: two partners, a distributor with a customer below the first, a boundary below that partner too."""
    with cluster.connect("postgres") as connection:
        top = root(connection)
        one, two = filled(connection, top), filled(connection, top)
        below = filled(connection, one)
        leaf = filled(connection, below, "customer")
        walled = filled(connection, one, is_boundary=True)
        inner = filled(connection, walled, is_boundary=True)
    return {"root": top, "one": one, "two": two, "below": below, "leaf": leaf, "walled": walled, "inner": inner}


def refused(connection, text, values=(), by=psycopg.Error):
    """The statement ends in an error, at the latest when deferred constraints are looked at, and the transaction goes on."""
    with pytest.raises(by) as caught, connection.transaction():
        connection.execute(text, values)
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return caught.value.sqlstate


def test_every_tenant_owned_table_is_known_here(db):
    assert set(owned(db)) == {*ROWS, "bailiwick.tenant"}


# Moves

def said(connection, tenants):
    """What the rows at these tenants say of version and time."""
    ids = [t.id for t in tenants]
    return connection.execute(
        """SELECT 'tenant', id, version, updated_at FROM tenant WHERE id = ANY (%(ids)s)
           UNION ALL SELECT 'principal', id, version, updated_at FROM principal WHERE tenant_id = ANY (%(ids)s)
           UNION ALL SELECT 'role', id, version, updated_at FROM role WHERE tenant_id = ANY (%(ids)s)
           ORDER BY 1, 2""", {"ids": ids}).fetchall()


@pytest.mark.parametrize("is_boundary", [False, True])
def test_a_move_is_one_update_of_one_row_that_carries_all_below(db, is_boundary):
    from_here, to_there = tenant(db, root(db)), tenant(db, root(db), is_boundary=is_boundary)
    moved = filled(db, from_here)
    below = filled(db, moved, "customer")
    db.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert move(db, moved, to_there) == 1
    db.execute("SET CONSTRAINTS ALL IMMEDIATE")
    new = {moved.path: f"{to_there.path}/{moved.label}", below.path: f"{to_there.path}/{moved.label}/{below.label}"}
    for table, column in owned(db).items():
        for old_path, new_path in new.items():
            kept = table == "bailiwick.audit_event"
            assert at(db, table, old_path, column) == int(kept), table
            assert at(db, table, new_path, column) == int(not kept), table
    boundaries = "SELECT DISTINCT tenant_boundary FROM {} WHERE tenant_path = ANY (%s)"
    for table in set(ROWS) - {"bailiwick.audit_event"}:
        found = db.execute(boundaries.format(quoted(table)), [list(new.values())]).fetchall()
        assert found == [(to_there.path if is_boundary else "",)], table
    grants = db.execute('SELECT tenant_path, principal_path, role_path FROM "grant" WHERE tenant_path = ANY (%s)',
                        [list(new.values())]).fetchall()
    assert sorted(grants) == sorted((path, path, path) for path in new.values())


def test_a_move_is_one_event_and_changes_nobodys_version_below(cluster):
    """Committed as three transactions: now() and the events are a transaction's own."""
    with cluster.connect("postgres") as connection:
        from_here, to_there = tenant(connection, root(connection)), tenant(connection, root(connection))
        moved = filled(connection, from_here)
        below = filled(connection, moved, "customer")
        connection.commit()
        before = said(connection, [moved, below])
        last = connection.execute("SELECT max(revision) FROM policy_event").fetchone()[0]
        move(connection, moved, to_there)
        connection.commit()
        after = said(connection, [moved, below])
        events = connection.execute("SELECT kind, object FROM policy_event WHERE revision > %s", [last]).fetchall()
    assert events == [("tenant", moved.id)]
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert [(new[:2], new[2] - old[2]) for old, new in changed] == [(("tenant", moved.id), 1)]


def test_containment_survives_a_move_and_refuses_one_that_breaks_it(db):
    one, two = filled(db, root(db)), tenant(db, root(db))
    moved = filled(db, one)
    db.execute("SET CONSTRAINTS ALL IMMEDIATE")
    db.execute("SET CONSTRAINTS ALL DEFERRED")
    with db.transaction(force_rollback=True):
        move(db, moved, two)
        db.execute("SET CONSTRAINTS ALL IMMEDIATE")
    # Now somebody of the first partner holds a role there, and there it has to stay.
    db.execute("""UPDATE "grant" g SET principal_id = p.id, principal_path = p.tenant_path FROM principal p
                   WHERE g.tenant_id = %s AND p.tenant_id = %s""", [moved.id, one.id])
    db.execute("SET CONSTRAINTS ALL IMMEDIATE")
    db.execute("SET CONSTRAINTS ALL DEFERRED")
    assert refused(db, MOVE, [moved.id, two.id]) == "BW001"


@pytest.mark.parametrize("target", ["itself", "its child", "its grandchild"])
def test_a_move_into_itself_is_refused(db, target):
    moved = tenant(db, root(db))
    child = tenant(db, moved)
    grandchild = tenant(db, child)
    into = {"itself": moved, "its child": child, "its grandchild": grandchild}[target]
    refused(db, MOVE, [moved.id, into.id], errors.IntegrityError)
    paths = db.execute("SELECT path FROM tenant WHERE id = ANY (%s) ORDER BY path",
                       [[moved.id, child.id, grandchild.id]]).fetchall()
    assert paths == [(moved.path,), (child.path,), (grandchild.path,)]


def test_a_move_too_deep_is_refused(db):
    deep = [root(db)]
    while len(deep) < 15:
        deep.append(tenant(db, deep[-1]))
    moved = tenant(db, root(db))
    tenant(db, tenant(db, moved))
    assert refused(db, MOVE, [moved.id, deep[-1].id], errors.CheckViolation) == "23514"


LOCK = "SELECT pg_advisory_xact_lock(hashtext('bailiwick tree'))"


def is_below(connection, inner, outer):
    rows = connection.execute("SELECT starts_with(i.path || '/', o.path || '/') FROM tenant i, tenant o "
                              "WHERE i.id = %s AND o.id = %s", [inner.id, outer.id])
    return rows.fetchone()[0]


def try_move(cluster, barrier, pair, disciplined, failures):
    """One mover of a round: the lock, the check inside it, the update; or, undisciplined, the update alone."""
    moved, into = pair
    with cluster.connect("postgres") as connection:
        connection.execute("SET deadlock_timeout = '20ms'")
        barrier.wait()
        try:
            if disciplined:
                connection.execute(LOCK)
            if disciplined and is_below(connection, into, moved):
                return
            move(connection, moved, into)
            connection.commit()
        except psycopg.Error as failure:
            connection.rollback()
            failures.append(failure.sqlstate)


def wrong_paths(connection, ids):
    """Tenants that a walk down from the root does not reach, or whose path is not that walk."""
    rows = connection.execute(
        """WITH RECURSIVE walk (id, path, depth) AS (
             SELECT id, '/' || label, 1 FROM tenant WHERE parent_id IS NULL
             UNION ALL
             SELECT t.id, w.path || '/' || t.label, depth + 1 FROM tenant t JOIN walk w ON t.parent_id = w.id WHERE depth < 20)
           SELECT t.id FROM tenant t LEFT JOIN walk w ON w.id = t.id
            WHERE t.id = ANY (%s) AND t.path IS DISTINCT FROM w.path""", [ids])
    return rows.fetchall()


@pytest.mark.parametrize("disciplined", [True, False])
def test_concurrent_moves_make_no_cycle_and_no_orphan(cluster, disciplined):
    choose = random.Random(20)
    with cluster.connect("postgres") as connection:
        tenants = [root(connection)]
        tenants += [tenant(connection, choose.choice(tenants[-4:])) for _ in range(12)]
        connection.commit()
        ids = [t.id for t in tenants]
        failures = []
        for _ in range(25):
            barrier = threading.Barrier(2)
            a, b = choose.sample(tenants[1:], 2)
            pairs = [(a, b), (b, a)]
            threads = [threading.Thread(target=try_move, args=(cluster, barrier, pair, disciplined, failures))
                       for pair in pairs]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert wrong_paths(connection, ids) == []
            connection.commit()
    if disciplined:
        assert set(failures) <= {"23514"}  # too deep


def test_a_creation_waits_for_a_move_and_not_for_another(cluster):
    text = (ROOT / "sql/query/tenant_tree_share.sql").read_text()
    with cluster.connect("postgres") as mover, cluster.connect("bailiwick_app") as one, cluster.connect("bailiwick_app") as two:
        one.execute(text)
        two.execute("SET LOCAL lock_timeout = '100ms'")
        two.execute(text)
        two.rollback()
        mover.execute("SET LOCAL lock_timeout = '100ms'")
        with pytest.raises(errors.LockNotAvailable):
            mover.execute(LOCK)
        mover.rollback()
        one.rollback()
        mover.execute(LOCK)
        two.execute("SET LOCAL lock_timeout = '100ms'")
        with pytest.raises(errors.LockNotAvailable):
            two.execute(text)


# Keys

class Key:
    """A foreign key between tenant-owned tables, as the catalog has it."""

    def __init__(self, name, table, other, columns, other_columns, match, on_update):
        self.name, self.table, self.other = name, table, other
        self.columns, self.other_columns = columns, other_columns
        self.match, self.on_update = match, on_update

    def is_path(self, column):
        return column.endswith(("path", "boundary"))

    def is_optional(self, connection):
        """One id that may be NULL, which says that there is none, beside a path that may not: then nothing half is left out."""
        nullable = {name for name, in connection.execute(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attnotnull",
            [quoted(self.table)])}
        return [self.is_path(column) for column in self.columns if column in nullable] == [False]


def keys(connection):
    rows = connection.execute(
        """SELECT c.conname, rn.nspname || '.' || r.relname, fn.nspname || '.' || f.relname,
                  array(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY k (n, i)
                          JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY k.i),
                  array(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY k (n, i)
                          JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.n ORDER BY k.i),
                  c.confmatchtype::text, c.confupdtype::text
             FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace rn ON rn.oid = r.relnamespace
             JOIN pg_class f ON f.oid = c.confrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace
            WHERE c.contype = 'f' ORDER BY 1""")
    return [Key(*row) for row in rows]


def test_every_reference_between_tenant_owned_rows_is_composite_and_matched_in_full(db):
    tables = owned(db)
    for key in keys(db):
        if key.table in tables and key.other in tables:
            assert (key.match, key.on_update) == ("s" if key.is_optional(db) else "f", "c"), key.name
            assert any(key.is_path(column) for column in key.columns), key.name
            assert any(not key.is_path(column) for column in key.columns), key.name


def test_every_tenant_owned_row_refers_to_its_tenant(db):
    to_tenant = {key.table for key in keys(db) if key.other == "bailiwick.tenant"
                 and key.other_columns == ["id", "path", "boundary"]}
    assert set(owned(db)) - to_tenant == {"bailiwick.audit_event"}


def test_a_key_with_a_null_in_it_is_refused(db):
    made = filled(db, filled(db, root(db)))
    for key in keys(db):
        optional = key.match == "s" and key.is_optional(db)
        for column in filter(key.is_path, key.columns) if optional else key.columns:
            place = "id" if key.table == "bailiwick.tenant" else "tenant_id"
            text = f"UPDATE {quoted(key.table)} SET {column} = NULL WHERE {place} = %s"
            assert refused(db, text, [made.id]) in ("23502", "23503", "23514"), (key.name, column)


def test_a_row_without_a_parent_that_says_it_has_one_is_refused(db):
    """MATCH SIMPLE would let it pass: a key with a NULL in it is not looked up."""
    insert = """INSERT INTO tenant (id, label, parent_id, parent_path, parent_boundary, kind, code, name, name_key)
                VALUES (gen_random_uuid(), 'zzzzzzzz', %s, '/nowhere0', NULL, 'customer', 'zz', 'Z', 'z')"""
    db.execute("ALTER TABLE tenant DISABLE TRIGGER tenant_place_insert")
    assert refused(db, insert, [root(db).id]) == "23503"


def test_a_foreign_tenants_row_cannot_be_referenced(db):
    """By its id alone the key is not found; by its whole key the row is not where it says it is."""
    own, foreign = filled(db, root(db)), filled(db, root(db))
    # Of these there is one a principal, a proof or a place of a job: where the other has one too, that key would refuse first.
    one_each = ("vault.credential", "vault.client_secret", "vault.recovery", "bailiwick.second_factor",
                "bailiwick.import_part", "bailiwick.import_result", "bailiwick.import_removal",
                "bailiwick.import_waiting", "bailiwick.import_draft")
    db.execute("SET CONSTRAINTS ALL IMMEDIATE")
    tried = 0
    for key in keys(db):
        if key.table == "bailiwick.tenant" or key.other not in owned(db):
            continue
        columns = dict(zip(key.columns, key.other_columns, strict=True))
        place = "id" if key.other == "bailiwick.tenant" else "tenant_id"
        attempts = [{c: o for c, o in columns.items() if not key.is_path(c)}]
        # With its tenant's whole key a row has moved there; so it has with that of somebody at home there.
        if key.other != "bailiwick.tenant" and "tenant_id" not in columns:
            attempts.append(columns)
        for attempt in attempts:
            settings = ", ".join(f"{column} = f.{other}" for column, other in attempt.items())
            text = f"UPDATE {quoted(key.table)} o SET {settings} FROM {quoted(key.other)} f " \
                   f"WHERE o.tenant_id = %s AND f.{place} = %s"
            with db.transaction(force_rollback=True):
                if key.table in one_each:
                    db.execute(f"DELETE FROM {quoted(key.table)} WHERE tenant_id = %s", [foreign.id])
                assert refused(db, text, [own.id, foreign.id]) in ("23503", "BW001"), (key.name, attempt)
            tried += 1
    assert tried > 20


def test_a_role_does_not_flow_up_or_sideways(db):
    one, two = filled(db, root(db)), filled(db, root(db))
    below = filled(db, one)
    give = """UPDATE "grant" g SET role_id = r.id, role_path = r.tenant_path FROM role r
               WHERE g.tenant_id = %s AND r.tenant_id = %s"""
    assert refused(db, give, [one.id, two.id]) == "BW001"
    assert refused(db, give, [one.id, below.id]) == "BW001"
    db.execute(give, [below.id, one.id])
    db.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_look_ups_by_id_join_the_path_in_their_index(db):
    for table, column in owned(db).items():
        indexes = db.execute(
            """SELECT i.indisprimary, array(SELECT a.attname::text FROM unnest(i.indkey::int2[]) k
                                             JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k)
                 FROM pg_index i WHERE i.indrelid = %s::regclass""", [quoted(table)]).fetchall()
        primary = next(columns for is_primary, columns in indexes if is_primary)
        assert column in primary, table
        assert ["id"] not in [columns for _, columns in indexes], table


# Row level security

NO_SCOPE = {
    "nothing set": "",
    "empty": "SELECT set_config('bailiwick.low', '', true), set_config('bailiwick.high', '', true), "
             "set_config('bailiwick.consents', '', true), set_config('bailiwick.ancestors', '', true)",
    "no end": "SELECT set_config('bailiwick.low', '/', true)",
    "no beginning": "SELECT set_config('bailiwick.high', '0', true)",
    "an empty end": "SELECT set_config('bailiwick.low', '/', true), set_config('bailiwick.high', '', true)",
    "an empty beginning": "SELECT set_config('bailiwick.low', '', true), set_config('bailiwick.high', '0', true)",
    "the end of another transaction": "SELECT set_config('bailiwick.low', '/', true), set_config('bailiwick.high', '0', true); "
                                      "COMMIT; BEGIN",
}


def may(connection, table, privilege):
    kind = "table" if privilege == "DELETE" else "any_column"
    return connection.execute(f"SELECT has_{kind}_privilege('bailiwick_app', %s, %s)", [quoted(table), privilege]).fetchone()[0]


def insertion(db, table):
    """An INSERT of a copy of some row of a table, with its value as JSON."""
    columns = [name for name, in db.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
        "AND attgenerated = ''", [quoted(table)])]
    row = db.execute(f"SELECT to_jsonb(t) FROM {quoted(table)} t ORDER BY random() LIMIT 1").fetchone()[0]
    listed = ", ".join(columns)
    return (f"INSERT INTO {quoted(table)} ({listed}) SELECT {listed} FROM jsonb_populate_record(NULL::{quoted(table)}, %s)",
            [psycopg.types.json.Jsonb(row)])


@pytest.mark.parametrize("way", NO_SCOPE)
def test_without_a_scope_nothing_is_seen_and_nothing_written(db, app, estate, way):
    app.execute(NO_SCOPE[way])
    for table in owned(db):
        name = quoted(table)
        if may(db, table, "SELECT"):
            assert app.execute(f"SELECT count(*) FROM {name}").fetchone() == (0,), table
        if may(db, table, "DELETE"):
            assert app.execute(f"DELETE FROM {name}").rowcount == 0, table
        if may(db, table, "UPDATE"):
            column = db.execute("SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND "
                                "has_column_privilege('bailiwick_app', attrelid, attnum, 'UPDATE') LIMIT 1", [name]).fetchone()[0]
            assert app.execute(f"UPDATE {name} SET {column} = {column}").rowcount == 0, table
        if may(db, table, "INSERT"):
            text, values = insertion(db, table)
            # BW002: a tenant's trigger comes first, and does not see the parent either.
            assert refused(app, text, values) in ("42501", "BW002"), table


def seen(app, table, column, path):
    return app.execute(f"SELECT count(*) FROM {quoted(table)} WHERE {column} = %s", [path]).fetchone()[0] > 0


@pytest.mark.parametrize("low, consents, visible", [
    ("one", (), {"one", "below", "leaf"}),
    ("one", ("walled",), {"one", "below", "leaf", "walled"}),
    ("one", ("walled", "inner"), {"one", "below", "leaf", "walled", "inner"}),
    ("one", ("inner",), {"one", "below", "leaf", "inner"}),
    ("walled", (), {"walled"}),
    ("inner", (), {"inner"}),
    ("two", ("walled", "inner"), {"two"}),
    ("below", (), {"below", "leaf"}),
    ("leaf", (), {"leaf"}),
])
def test_a_scope_sees_its_subtree_and_behind_a_boundary_by_consent(db, app, estate, low, consents, visible):
    scope(app, estate[low].path, consents=[estate[name].path for name in consents])
    for table, column in owned(db).items():
        if may(db, table, "SELECT"):
            assert {name for name, t in estate.items() if seen(app, table, column, t.path)} == visible, table


def test_a_self_scope_sees_its_tenant_alone(db, app, estate):
    scope(app, estate["one"].path, self_only=True)
    for table, column in owned(db).items():
        if may(db, table, "SELECT"):
            assert {name for name, t in estate.items() if seen(app, table, column, t.path)} == {"one"}, table


def test_nothing_is_written_behind_a_boundary_without_consent(db, app, estate):
    rename = "UPDATE tenant SET name = 'X' WHERE id = %s"
    scope(app, estate["one"].path)
    assert app.execute(rename, [estate["walled"].id]).rowcount == 0
    scope(app, estate["one"].path, consents=[estate["walled"].path])
    assert app.execute(rename, [estate["walled"].id]).rowcount == 1


def test_nothing_is_written_outside_the_scope(db, app, estate):
    scope(app, estate["two"].path)
    for table in ROWS:
        if may(db, table, "INSERT"):
            text, values = insertion(db, table)
            values[0].obj.update(tenant_id=str(estate["one"].id), tenant_path=estate["one"].path, tenant_boundary="")
            assert refused(app, text, values, errors.InsufficientPrivilege) == "42501", table


def test_a_role_flows_down_to_who_names_its_tenant_an_ancestor(app, estate):
    def roles():
        rows = app.execute("SELECT DISTINCT tenant_path FROM role").fetchall()
        return {name for name, t in estate.items() if (t.path,) in rows}

    scope(app, estate["leaf"].path)
    assert roles() == {"leaf"}
    scope(app, estate["leaf"].path, ancestors=[estate[name].path for name in ("root", "one", "below")])
    assert roles() == {"root", "one", "below", "leaf"}


def test_what_flows_down_can_only_be_read(db):
    commands = db.execute("SELECT DISTINCT polcmd::text FROM pg_policy WHERE polname = 'flows_down'").fetchall()
    assert commands == [("r",)]


def test_a_move_rewrites_every_path_that_no_key_carries(db):
    """Else somebody of the old line is named to the new one. Events keep the paths of their time, and formers are of others."""
    carried = {(key.table, column) for key in keys(db) for column in key.columns}
    loose = {(f"{schema}.{table}", column) for schema, table, column in db.execute(
        "SELECT table_schema, table_name, column_name FROM information_schema.columns"
        " WHERE table_schema IN ('bailiwick', 'vault') AND column_name LIKE '%\\_path' AND is_generated = 'NEVER'")} - carried
    rewritten = {(f"bailiwick.{table}", column) for path in (ROOT / "sql/query").glob("move_*.sql")
                 for table, column in re.findall(r'^UPDATE "?(\w+)"? \w+\s+SET (\w+_path) = CASE', path.read_text(encoding="utf-8"), re.M)}
    assert {place for place in loose if place[0] != "bailiwick.audit_event"} == rewritten != set()


# What the service's role may not do at all

DENIED = [
    "TRUNCATE tenant", "TRUNCATE audit_event", "COPY tenant TO PROGRAM 'cat'", "COPY tenant TO '/tmp/tenants'",
    "COPY tenant FROM PROGRAM 'true'", "SET ROLE bailiwick_owner", "SET ROLE bailiwick_migrate", "SET ROLE bailiwick_auth",
    "SET ROLE postgres", "SET SESSION AUTHORIZATION postgres", "SET session_replication_role = replica",
    "ALTER TABLE tenant DISABLE ROW LEVEL SECURITY", "ALTER TABLE tenant DISABLE TRIGGER ALL",
    "ALTER POLICY inside ON tenant USING (true)", "CREATE POLICY mine ON tenant USING (true)", "DROP TABLE tenant",
    "CREATE TABLE mine ()", "CREATE TEMP TABLE mine ()", "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE SCHEMA mine", "ALTER ROLE bailiwick_app BYPASSRLS", "GRANT bailiwick_owner TO bailiwick_app",
    "UPDATE audit_event SET reason = NULL", "DELETE FROM audit_event", "UPDATE policy_event SET kind = 'x'",
    "DELETE FROM policy_event", "INSERT INTO policy_event (kind, object) VALUES ('tenant', gen_random_uuid())",
    "SELECT policy_event_put('tenant', gen_random_uuid())", "SELECT policy_event_prune('0')", "SELECT nextval('policy_revision_seq')", "SELECT setval('policy_revision_seq', 1)",
    "SELECT wall_build('tenant', 'path', 'boundary')", "SELECT master_key FROM installation", "UPDATE installation SET policy_epoch = gen_random_uuid()",
    "UPDATE tenant SET code = ''", "UPDATE tenant SET label = '00000000'", "UPDATE tenant SET is_boundary = false",
    "DELETE FROM tenant", "INSERT INTO tenant_kind_rule VALUES ('customer', 'provider')", "UPDATE principal SET kind = 'client'",
    'UPDATE "grant" SET principal_path = \'/\'', "UPDATE role SET tenant_path = '/'",
    "INSERT INTO role (id, builtin) VALUES (gen_random_uuid(), true)", "UPDATE role SET builtin = false",
    "SELECT pg_read_file('PG_VERSION')", "SELECT lo_import('/etc/passwd')", "SELECT pg_reload_conf()",
    "INSERT INTO vault.signing_key (generation) VALUES (2)", "UPDATE vault.signing_key SET ends_at = NULL",
    "SELECT * FROM migration", "SELECT rolpassword FROM pg_authid", "LOCK TABLE tenant IN ACCESS EXCLUSIVE MODE",
]


@pytest.mark.parametrize("text", DENIED)
def test_the_services_role_is_denied(app, text):
    assert refused(app, text, by=(errors.InsufficientPrivilege, errors.UndefinedTable)) in ("42501", "42P01")


def test_what_is_built_in_stays_whoever_the_scope_is(app, estate):
    app.execute("SELECT set_config('bailiwick.low', '/', true), set_config('bailiwick.high', '0', true)")
    assert app.execute("SELECT count(*) FROM role WHERE builtin").fetchone()[0] > 0
    for text in ("UPDATE role SET permissions = '{}' WHERE builtin", "DELETE FROM role WHERE builtin"):
        assert app.execute(text).rowcount == 0


def test_row_level_security_cannot_be_switched_off(app, estate):
    app.execute("SET LOCAL row_security = off")
    assert refused(app, "SELECT * FROM tenant", by=errors.InsufficientPrivilege) == "42501"


def test_only_the_one_role_reads_the_vault(cluster, db, estate):
    tables = {name for name in owned(db) if name.startswith("vault.")} | {"vault.throttle", "vault.signing_key"}
    readable = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND " \
               "has_column_privilege(%s, attrelid, attnum, 'SELECT')"
    for role in ("app", "policy", "auditor"):
        user = f"bailiwick_{role}"
        with cluster.connect(user) as connection:
            for table in tables:
                refused(connection, f"SELECT * FROM {table}", by=errors.InsufficientPrivilege)
                columns = {name for name, in db.execute(readable, [table, user])}
                assert columns == set(), (user, table)


def test_followers_learn_of_sessions_only_that_they_are_over(db):
    readable = db.execute("SELECT attname FROM pg_attribute WHERE attrelid = 'session'::regclass AND attnum > 0 AND "
                          "has_column_privilege('bailiwick_policy', attrelid, attnum, 'SELECT')")
    assert {name for name, in readable} == {"id", "ended_at"}


def test_nobody_who_serves_changes_what_was_recorded(db):
    for role in ("app", "auth", "policy", "auditor"):
        for privilege in ("UPDATE", "DELETE", "TRUNCATE"):
            held = db.execute("SELECT has_table_privilege(%s, 'audit_event', %s)", [f"bailiwick_{role}", privilege])
            assert held.fetchone() == (False,), (role, privilege)


# The order of policy changes

def change(connection, tenant_id):
    connection.execute("UPDATE principal SET epoch = epoch + 1 WHERE tenant_id = %s", [tenant_id])


def write_many(cluster, tenants, number):
    """Commits, and now and then takes back, changes of its own in transactions of random length."""
    choose = random.Random(number)
    with cluster.connect("postgres") as connection:
        for _ in range(25):
            for made in choose.sample(tenants, choose.randint(1, 3)):
                with connection.transaction():  # a savepoint: every third is taken back alone
                    change(connection, made.id)
            connection.execute("SELECT pg_sleep(%s)", [choose.random() / 200])
            if choose.random() < 0.2:
                connection.rollback()
            connection.commit()


def follow(cluster, last, over, found):
    with cluster.connect("bailiwick_policy") as connection:
        connection.autocommit = True
        done = False
        while not done:
            done = over.is_set()  # and one look more
            for revision, event in connection.execute(
                    "SELECT revision, id FROM policy_event WHERE revision > %s ORDER BY revision", [last]).fetchall():
                last = revision
                found.append((revision, event))


def test_no_change_is_missed_by_who_follows_the_revision(cluster):
    with cluster.connect("postgres") as connection:
        top = filled(connection, root(connection))
        # One principal each: two transactions that lock the same ones in another order would deadlock.
        sets = [[filled(connection, top, "customer") for _ in range(3)] for _ in range(8)]
        connection.commit()
        last = connection.execute("SELECT max(revision) FROM policy_event").fetchone()[0]
        connection.commit()
        found, over = [], threading.Event()
        follower = threading.Thread(target=follow, args=(cluster, last, over, found))
        writers = [threading.Thread(target=write_many, args=(cluster, tenants, n)) for n, tenants in enumerate(sets)]
        follower.start()
        for thread in writers:
            thread.start()
        for thread in writers:
            thread.join()
        over.set()
        follower.join()
        rows = connection.execute("SELECT revision, id FROM policy_event WHERE revision > %s", [last]).fetchall()
        unnumbered = connection.execute("SELECT count(*) FROM policy_event WHERE revision IS NULL").fetchone()
    assert len(rows) > 200
    assert sorted(found) == sorted(rows)
    assert unnumbered == (0,)


def told(listener, seconds):
    """Whether a notification comes within so long."""
    ready, _, _ = select.select([listener.fileno()], [], [], seconds)
    if ready:
        listener.pgconn.consume_input()
    return listener.pgconn.notifies() is not None


def test_a_change_is_told_at_its_commit_and_not_without(cluster, estate):
    with cluster.connect("bailiwick_policy") as listener, cluster.connect("postgres") as writer:
        listener.autocommit = True
        listener.execute("LISTEN bailiwick_policy")
        change(writer, estate["two"].id)
        writer.rollback()
        assert not told(listener, 0.2)
        change(writer, estate["two"].id)
        assert not told(listener, 0.2)
        writer.commit()
        assert told(listener, 5)


def test_an_event_is_written_once_with_its_number_when_the_change_is_certain(db, estate):
    """What a savepoint took back has none."""
    mine = "SELECT count(*), count(DISTINCT revision) FROM policy_event WHERE xid = pg_current_xact_id()"
    people, = db.execute("SELECT count(*) FROM principal WHERE tenant_id = %s", [estate["two"].id]).fetchone()
    with db.transaction(force_rollback=True):
        change(db, estate["two"].id)
    change(db, estate["two"].id)
    assert db.execute(mine).fetchone() == (0, 0)
    db.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert db.execute(mine).fetchone() == (people, people)
    assert refused(db, "INSERT INTO policy_event (kind, object) VALUES ('tenant', gen_random_uuid())") == "23502"


def test_every_trigger_that_writes_events_runs_at_the_commit(db):
    """One that ran before would hold the order of commits for as long as its transaction goes on."""
    early = "SELECT tgname FROM pg_trigger WHERE tgfoid::regproc::text LIKE 'policy_event_write%%' AND NOT tginitdeferred"
    assert db.execute(early).fetchall() == []


def test_an_open_transaction_elsewhere_in_the_cluster_delays_nothing(cluster, estate):
    with cluster.connect("postgres", "postgres") as elsewhere, cluster.connect("bailiwick_policy") as follower, \
            cluster.connect("postgres") as writer:
        elsewhere.execute("SELECT pg_current_xact_id()")
        last = writer.execute("SELECT max(revision) FROM policy_event").fetchone()[0]
        change(writer, estate["two"].id)
        writer.commit()
        rows = follower.execute("SELECT kind FROM policy_event WHERE revision > %s", [last]).fetchall()
        elsewhere.rollback()
    assert rows == [("principal",)]
