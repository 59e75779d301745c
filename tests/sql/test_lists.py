"""At 100,000 tenants every list and every look-up reads little more than it shows, whoever asked before.

A plan that was made for one view and is kept may walk the whole tree in another; so the statements are prepared, run in one
view, and then measured in another, as happens on a connection of the service.
"""
import re
from dataclasses import dataclass
from itertools import permutations

import pytest
from conftest import migrated
from psycopg import sql
from test_statements import FILES, Statement
from tree import root, scope, tenant

from support.source import ROOT

TENANTS, USERS = 100000, 300000
PAGE, TIMES = 51, 20
STATEMENTS = {path.stem: Statement(path) for path in FILES}
# Those that are about as many things as they are given read as much as they are told to, a move all that moves, and a quota
# what it counts.
MANY = [name for name, statement in STATEMENTS.items()
        if ("tenants", "uuid[]") in statement.listed("params") or name.startswith(("move_", "quota_"))]
LISTS = [name for name, statement in STATEMENTS.items() if statement.head.get("plan") == "custom" and name not in MANY]
LOOKUPS = [name for name, statement in STATEMENTS.items() if statement.role == "app" and name not in LISTS + MANY
           and statement.head.get("scope") != "none" and statement.listed("params")
           and statement.text.startswith("SELECT")]
WAYS = list(permutations(["provider", "partner", "customer"], 2))
ADMINISTRATOR = "00000000-0000-7000-8000-000000000003"
ZERO, LAST = "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"


@dataclass
class Place:
    """A tenant at which somebody's view begins."""
    id: str
    path: str
    middle: str  # the path of one in the middle of what is below
    user: str  # someone at home at the place, or below it
    home: str  # their tenant
    external_id: str
    client: str  # a thing of each kind, at the place or below it
    grant: str
    role: str
    groups: list  # one with many in it, and one of those

    def scope(self):
        ancestors = [self.path[:end] for end in range(9, len(self.path) + 1, 9)]
        return [self.path, f"{self.path}0", f"{{{','.join(ancestors)}}}", "{}"]

    def first(self):
        """The first page, not filtered, or the one thing that is looked for: by the names of parameters."""
        return {"low": self.path, "high": f"{self.path}0", "path": self.path, "after_path": self.path, "after_id": ZERO,
                "before_id": LAST, "limit": PAGE, "tenant": self.id, "parent": self.id, "principal": self.user,
                "role": ADMINISTRATOR, "group": self.groups[0], "reach": "subtree",
                "importable": False}

    def later(self):
        return self.first() | {"after_path": self.middle, "before_id": f"8{LAST[1:]}"}

    def filtered(self):
        return self.first() | {"external_id": self.external_id, "importable": True}

    def values(self, form, name):
        ids = {"tenant": self.home, "user": self.user, "client": self.client, "grant": self.grant, "role": self.role,
               "group": self.groups[1]}
        special = {"role_list": {} if form == "later" else {"after_path": ""}, "role_find": {"name": "own"},
                   "tenant_find": {"parent": None, "external_id": "crm-777"}, "grant_find": {"tenant": self.home},
                   "grant_show": {"grants": f"{{{self.grant}}}", "roles": f"{{{self.role},{ADMINISTRATOR}}}",
                                  "permission": "user:read"},
                   "grant_list": {"principal": None} if form == "filtered" else {"principal": None, "role": None},
                   "user_find": {"tenant": self.home, "external_id": self.external_id}}
        return {"id": ids.get(name.partition("_")[0])} | getattr(self, form)() | special.get(name, {})


@pytest.fixture(scope="module")
def large():
    with migrated() as cluster:
        cluster.psql("postgres", ROOT / "tests/support/large_estate.sql", tenants=TENANTS, users=USERS)
        cluster.psql("postgres", ROOT / "tests/sql/lists.sql")
        yield cluster


@pytest.fixture(scope="module")
def places(large):
    with large.connect("postgres") as connection:
        found = connection.execute("""
            SELECT t.kind, t.id::text, t.path,
                   (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY x.path)
                      FROM tenant x WHERE x.path >= t.path AND x.path < t.path || '0'),
                   u.id::text, u.tenant_id::text, u.external_id,
                   (SELECT id::text FROM principal WHERE kind = 'client' AND tenant_id = u.tenant_id),
                   (SELECT id::text FROM "grant" WHERE tenant_id = u.tenant_id LIMIT 1),
                   (SELECT id::text FROM role WHERE tenant_id = u.tenant_id LIMIT 1),
                   (SELECT array_agg(id::text ORDER BY name_key) FROM principal
                     WHERE kind = 'group' AND tenant_id = t.id AND name_key IN ('group1', 'group2'))
              FROM (SELECT DISTINCT ON (kind) * FROM tenant ORDER BY kind, path) t, LATERAL (
                SELECT * FROM principal p WHERE p.kind = 'user' AND p.tenant_path >= t.path
                 ORDER BY p.tenant_path, p.id LIMIT 1) u""").fetchall()
    return {kind: Place(*rest) for kind, *rest in found}


def run_as(connection, place, text, settings):
    """In a transaction of its own, under the scope and the settings that the service makes for such a statement."""
    with connection.transaction():
        for name, values in (("session_scope", place.scope()), *((name, []) for name in settings)):
            connection.execute(re.sub(r"\$\d", "%s", STATEMENTS[name].text), values)
        return connection.execute(text).fetchall()


def nodes(plan):
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def examined(plan):
    """Rows that scans of tables and indexes looked at, whether they went on or not."""
    return sum((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
                + node.get("Rows Removed by Index Recheck", 0)) * node["Actual Loops"]
               for node in nodes(plan) if "Relation Name" in node or "Index Name" in node)


def most(statement):
    """How many rows it gives at most."""
    if any(name == "limit" for name, _ in statement.listed("params")):
        return PAGE
    limit = re.search(r"LIMIT (\d+)", statement.text)
    return int(limit[1]) if limit else 16  # as many as a path has tenants


def measured(cluster, name, form, way, settings=()):
    """Rows examined, or blocks if more, by the statement in the second view when it has been used in the first before."""
    statement = STATEMENTS[name]
    before, after = way

    def execute(place):
        values = place.values(form, name)
        words = [sql.Literal(values.get(parameter)) for parameter, _ in statement.listed("params")]
        return sql.SQL("EXECUTE measured({})").format(sql.SQL(", ").join(words))

    with cluster.connect("bailiwick_app") as connection:
        connection.execute("SET jit = off")
        connection.execute(f"PREPARE measured AS {statement.text}")
        connection.commit()
        for _ in range(6):  # after five PostgreSQL may keep a plan for all values
            run_as(connection, before, execute(before), settings)
        explain = sql.SQL("EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ") + execute(after)
        plan = run_as(connection, after, explain, settings)[0][0][0]["Plan"]
    # A condition that an index answers without being bounded by it counts as no row, but its blocks are read.
    return max(examined(plan), plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]), plan


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("form", ["first", "later", "filtered"])
@pytest.mark.parametrize("before, after", WAYS)
def test_a_list_reads_little_more_than_it_shows(large, places, name, form, before, after):
    way = places[before], places[after]
    read, plan = measured(large, name, form, way, settings=("session_custom_plan",))
    assert read <= TIMES * most(STATEMENTS[name]), plan


@pytest.mark.parametrize("name", LOOKUPS)
@pytest.mark.parametrize("before, after", WAYS)
def test_a_look_up_reads_little_though_its_plan_is_kept(large, places, name, before, after):
    read, plan = measured(large, name, "first", (places[before], places[after]))
    assert read <= TIMES, plan


@pytest.mark.parametrize("users", [60, 600, 6000])
def test_users_are_compared_one_by_one_while_their_table_grows(cluster, users):
    """A block of an import, in a transaction that has put in many of whom no statistics know."""
    wanted, text = 50, re.sub(r"\$\d", "%s", STATEMENTS["user_compare"].text)
    with cluster.connect("postgres") as connection:
        home = tenant(connection, root(connection))
        connection.execute("""
            INSERT INTO principal (id, tenant_id, tenant_path, tenant_boundary, kind, state, login, login_key, display_name,
                                   name_key, external_id)
            SELECT gen_random_uuid(), t.id, t.path, t.boundary, 'user', 'active', n, n, 'U', 'u', n
              FROM tenant t, generate_series(1, %s) n WHERE t.id = %s""", [users, home.id])
        connection.execute("SET LOCAL ROLE bailiwick_app")
        scope(connection, home.path)
        names, none = [str(n) for n in range(wanted)], [None] * wanted
        plan = connection.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {text}",
                                  [[home.id] * wanted, names, names, none, [False] * wanted, none, none]).fetchone()[0][0]["Plan"]
        connection.rollback()
    assert examined(plan) <= 2 * wanted, plan


def test_a_list_with_a_plan_for_all_values_reads_the_whole_tree(large, places):
    """What the setting keeps away, so that the tests above are known to see it."""
    with large.connect("postgres") as connection:
        connection.execute("ALTER ROLE bailiwick_app SET plan_cache_mode = force_generic_plan")
    try:
        read, _ = measured(large, "user_list", "filtered", (places["customer"], places["provider"]))
    finally:
        with large.connect("postgres") as connection:
            connection.execute("ALTER ROLE bailiwick_app RESET plan_cache_mode")
    assert read > USERS / 2
