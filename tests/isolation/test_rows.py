"""What the service shows is what its role sees under that scope, and that is what stands in the subtree: no row else."""
import csv
import io
import json

import psycopg
import pytest
from forest import Scope, administrator, denied, owned_tables, pages, random_tree
from support.source import ROOT
from world import Actor, Grant

SEEDS = {1: 9, 2: 7}
LIMIT = 3


class Forest:
    """One random tree with an administrator a tenant, and every row of the database by brute force."""

    def __init__(self, estate, seed, size):
        self.estate = estate
        self.tenants = random_tree(estate, seed, size)
        self.admins = [administrator(estate, tenant) for tenant in self.tenants]
        self.admins.append(administrator(estate, self.tenants[0], "self"))
        with estate.service.cluster.connect("postgres") as connection:
            self.paths = {str(row[0]): row[1] for row in connection.execute("SELECT id, path FROM tenant").fetchall()}
            self.parents = {str(row[0]): row[1] and str(row[1])
                            for row in connection.execute("SELECT id, parent_id FROM tenant").fetchall()}

    def below(self, root, reach):
        """The ids of a root's tenants, by walking from every tenant to the top: no path is believed."""
        def line(tenant):
            while tenant:
                yield tenant
                tenant = self.parents[tenant]
        return {tenant for tenant in self.parents if tenant == root or (reach == "subtree" and root in line(tenant))}

    def scope(self, admin):
        grant = admin.grants[0]
        return Scope(self.estate.service.cluster, self.paths[grant.tenant.id], grant.reach)

    def rows(self, text):
        with self.estate.service.cluster.connect("postgres") as connection:
            return [tuple(map(str, row)) for row in connection.execute(text).fetchall()]


@pytest.fixture(scope="module", params=SEEDS.items(), ids=lambda item: f"seed {item[0]}")
def forest(request, estate):
    return Forest(estate, *request.param)


def shown(forest, admin, thing):
    """The ids that the service shows an administrator of their whole subtree, in the order of its pages."""
    api, grant = forest.estate.api, admin.grants[0]
    place, scope = f"/v1/tenants/{grant.tenant.id}", "subtree" if grant.reach == "subtree" else "self"
    path = "/v1/tenants" if thing == "tenant" else f"{place}/{thing}s?scope={scope}"
    return [item["id"] for item in pages(api, admin.token, path, LIMIT)]


TABLES = {"tenant": ("SELECT id, id FROM tenant", "id"),
          "user": ("SELECT id, tenant_id FROM principal WHERE kind = 'user'", "tenant_id"),
          "client": ("SELECT id, tenant_id FROM principal WHERE kind = 'client'", "tenant_id"),
          "group": ("SELECT id, tenant_id FROM principal WHERE kind = 'group'", "tenant_id"),
          "grant": ('SELECT id, tenant_id FROM "grant"', "tenant_id")}


@pytest.mark.parametrize("thing", TABLES)
def test_a_list_shows_what_stands_in_the_subtree(forest, thing):
    everything = forest.rows(TABLES[thing][0])
    for admin in forest.admins:
        inside = forest.below(admin.grants[0].tenant.id, admin.grants[0].reach)
        truth = sorted(row for row, tenant in everything if tenant in inside)
        listed = shown(forest, admin, thing)
        assert len(listed) == len(set(listed)), f"{admin.name}: a row twice"
        assert sorted(listed) == truth, admin.name
        with forest.scope(admin) as scope:
            assert sorted(str(row[0]) for row in scope.rows(TABLES[thing][0])) == truth, admin.name


ALIVE = "ended_at IS NULL AND expires_at > now() AND idle_at > now()"
# What stands below a thing: of which kind that is, where it is listed, and the rows with the id of what they belong to.
BELOW = {"secret": ("client", "/v1/clients/{}/secrets", "SELECT id, principal_id FROM client_proof WHERE kind = 'secret'"),
         "key": ("client", "/v1/clients/{}/keys", "SELECT id, principal_id FROM client_proof WHERE kind = 'key'"),
         "member": ("group", "/v1/groups/{}/members", "SELECT id, group_id FROM membership"),
         "session": ("user", "/v1/users/{}/sessions", f"SELECT id, principal_id FROM session WHERE {ALIVE}"),
         "held grant": ("user", "/v1/users/{}/grants", 'SELECT id, principal_id FROM "grant"'),
         "import": ("tenant", "/v1/tenants/{}/imports", "SELECT id, tenant_id FROM import_job")}


@pytest.mark.parametrize("thing", BELOW)
def test_a_list_below_a_thing_shows_what_belongs_to_it(forest, thing):
    owner, path, statement = BELOW[thing]
    for admin in forest.admins:
        owners = shown(forest, admin, owner)
        with forest.scope(admin) as scope:
            seen = sorted(tuple(map(str, row)) for row in scope.rows(statement) if str(row[1]) in owners)
        listed = [(item["id"], each) for each in owners
                  for item in pages(forest.estate.api, admin.token, path.format(each), LIMIT)]
        assert seen == sorted(row for row in forest.rows(statement) if row[1] in owners), admin.name
        assert sorted(listed) == seen and len(listed) == len(set(listed)), admin.name
    assert forest.rows(statement), "nothing of it is there to be shown"


# What is counted: by which column it stands in a tenant, and whether the tenant that is exported is part of it.
EXPORTS = {"tenants": ("SELECT id, parent_id FROM tenant WHERE parent_id IS NOT NULL", "name"),
           "users": ("SELECT login, tenant_id FROM principal WHERE kind = 'user' AND state <> 'terminated'", "login"),
           "grants": ('SELECT id, tenant_id FROM "grant" WHERE expires_at IS NULL OR expires_at > now()', "role"),
           "groups": ("SELECT display_name, tenant_id FROM principal WHERE kind = 'group'", "display_name"),
           "memberships": ("SELECT id, tenant_id FROM membership", "kind")}


@pytest.mark.parametrize("thing", EXPORTS)
@pytest.mark.parametrize("format", ["ndjson", "csv"])
def test_an_export_has_what_stands_in_the_subtree(forest, thing, format):
    statement, column = EXPORTS[thing]
    everything = forest.rows(statement)
    for admin in forest.admins:
        grant = admin.grants[0]
        inside = forest.below(grant.tenant.id, grant.reach)
        truth = sorted(row for row, tenant in everything if tenant in inside and (thing != "tenants" or row in inside))
        path = f"/v1/tenants/{grant.tenant.id}/exports/{thing}?scope=subtree&format={format}"
        reply = forest.estate.api.call("GET", path, admin.token)
        assert reply.status == 200
        rows = ([json.loads(line) for line in reply.text.splitlines()] if format == "ndjson"
                else list(csv.DictReader(io.StringIO(reply.text, newline=""))))
        assert len(rows) == len(truth), admin.name
        if thing == "users":
            assert sorted(row[column] for row in rows) == truth, admin.name


def several_roots(forest):
    """Grants that lie apart, that lie in one another, and one that reaches its tenant alone above one that reaches below."""
    top, *rest = forest.tenants
    below = {tenant: [other for other in rest if other is not tenant and other.within(tenant)] for tenant in rest}
    nested = next(tenant for tenant in rest if below[tenant])
    leaves = [tenant for tenant in rest if not below[tenant]][:2]
    yield [Grant(leaf, "auditor") for leaf in leaves]
    yield [Grant(nested, "auditor"), Grant(below[nested][0], "auditor")]
    yield [Grant(top, "auditor", "self"), Grant(nested, "auditor")]
    yield [Grant(nested, "auditor", "self"), Grant(below[nested][0], "auditor"), *(Grant(leaf, "viewer") for leaf in leaves)]


def test_several_roots_show_their_union_once(forest):
    api = forest.estate.api
    for grants in several_roots(forest):
        holder = forest.estate.enter(Actor("holder", forest.tenants[0], grants))
        inside = set().union(*(forest.below(grant.tenant.id, grant.reach) for grant in grants))
        for limit in (1, 2, 200):
            listed = [item["id"] for item in pages(api, holder.token, "/v1/tenants", limit)]
            assert sorted(listed) == sorted(inside), [(g.tenant.name, g.reach) for g in grants]


def test_children_and_crumbs_stay_inside(forest):
    for admin in forest.admins:
        root = admin.grants[0].tenant
        inside = forest.below(root.id, admin.grants[0].reach)
        for tenant in sorted(inside):
            place = f"/v1/tenants/{tenant}"
            children = {item["id"] for item in pages(forest.estate.api, admin.token, f"{place}/children", LIMIT)}
            assert children == {t for t in inside if forest.parents[t] == tenant}, admin.name
            crumbs = forest.estate.api.must(200, "GET", f"{place}/breadcrumb", admin.token)["items"]
            assert crumbs[0]["id"] == root.id and crumbs[0]["parent_id"] is None
            assert [item["id"] for item in crumbs[:-1]] == [item["parent_id"] for item in crumbs[1:]]
            assert crumbs[-1]["id"] == tenant


def test_roles_are_the_own_line_s(forest):
    everything = forest.rows("SELECT id, tenant_id, builtin FROM role")
    for admin in forest.admins:
        root = admin.grants[0].tenant
        line = {tenant.id for tenant in root.line()}
        truth = sorted(role for role, tenant, _ in everything if tenant in line)
        items = pages(forest.estate.api, admin.token, f"/v1/tenants/{root.id}/roles", LIMIT)
        assert sorted(item["id"] for item in items) == truth
        with forest.scope(admin) as scope:
            inside = forest.below(root.id, admin.grants[0].reach)
            seen = sorted(str(row[0]) for row in scope.rows("SELECT id FROM role"))
            assert seen == sorted(role for role, tenant, _ in everything if tenant in line | inside)


def test_events_are_the_subtree_s(forest):
    for admin in forest.admins:
        inside = forest.below(admin.grants[0].tenant.id, admin.grants[0].reach)
        for tenant in sorted(inside):
            with forest.scope(admin) as scope:
                seen = {str(row[0]) for row in scope.rows("SELECT id FROM audit_event WHERE tenant_id = %s", [tenant])}
            listed = [item["id"] for item in
                      pages(forest.estate.api, admin.token, f"/v1/tenants/{tenant}/audit", 50)]
            truth = {row for row, of in forest.rows("SELECT id, tenant_id FROM audit_event") if of == tenant}
            assert seen <= set(listed) <= truth and len(listed) == len(set(listed))


def test_a_filter_finds_nothing_outside(forest):
    """What exists next door is as absent as what exists nowhere."""
    api, (first, *_) = forest.estate.api, forest.tenants
    names = forest.rows("SELECT external_id, id FROM tenant WHERE external_id IS NOT NULL")
    logins = forest.rows("SELECT login_key, tenant_id FROM principal WHERE login_key IS NOT NULL")
    for admin in forest.admins[:6]:
        grant = admin.grants[0]
        inside = forest.below(grant.tenant.id, grant.reach)
        for name, tenant in names:
            found = api.must(200, "GET", f"/v1/tenants?external_id={name}", admin.token)["items"]
            assert [item["id"] for item in found] == ([tenant] if tenant in inside else []), first.name
        for login, tenant in logins[:60]:
            found = api.must(200, "GET", f"/v1/tenants/{grant.tenant.id}/users?scope=subtree&q={login}&limit=200",
                             admin.token)["items"]
            assert all(item["tenant_id"] in inside for item in found)
            assert (login in {item["login"] for item in found}) == (tenant in inside)


# Every tenant-owned table of the catalogue, whether it has an endpoint or not.

# What is set above holds here, and is shown without saying by whom.
FLOWS_DOWN = ("bailiwick.role", "bailiwick.tenant_setting")


def test_no_table_shows_the_role_a_row_outside(forest):
    with Scope(forest.estate.service.cluster, "/") as anybody:
        readable = [(table, path) for table, path in owned_tables(forest.estate.service.cluster)
                    if not denied(anybody.connection, f"SELECT {path} FROM {table} LIMIT 0")]
    assert {table for table, _ in readable} >= {"bailiwick.tenant", "bailiwick.principal", "bailiwick.audit_event",
                                                'bailiwick."grant"', "bailiwick.role", "bailiwick.idempotency"}
    for admin in forest.admins:
        grant, low = admin.grants[0], forest.paths[admin.grants[0].tenant.id]
        with forest.scope(admin) as scope:
            for table, path in readable:
                for (found,) in scope.rows(f"SELECT {path} FROM {table}"):
                    flows_down = table in FLOWS_DOWN and low.startswith(found)
                    below = found.startswith(low + "/") and grant.reach == "subtree"
                    assert found == low or below or flows_down, f"{admin.name} sees {found} in {table}"


def test_no_row_can_be_moved_or_put_outside(forest):
    """As the service's role, under one scope, into the tenant next door."""
    admin, other = forest.admins[1], forest.estate.tenants["c"]
    with forest.estate.service.cluster.connect("postgres") as connection:
        place = connection.execute("SELECT id, path, boundary FROM tenant WHERE id = %s", [other.id]).fetchone()
    # So that there is a kept reply to move, too.
    forest.estate.api.must(201, "POST", f"/v1/tenants/{admin.home.id}/clients", admin.token,
                           body={"display_name": "kept"}, headers={"Idempotency-Key": "kept"})
    with forest.scope(admin) as scope:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            scope.connection.execute(
                "INSERT INTO idempotency (tenant_id, tenant_path, tenant_boundary, principal_id, key, request_digest) "
                "VALUES (%s, %s, %s, %s, 'k', '')", [*place, admin.id])
        for table in ("tenant", "principal", '"grant"', "idempotency", "role"):
            column = "path" if table == "tenant" else "tenant_path"
            with pytest.raises(psycopg.errors.Error) as error:
                scope.connection.execute(f"UPDATE {table} SET {column} = %s", [place[1]])
            assert error.value.sqlstate in ("42501", "428C9"), table
            if not denied(scope.connection, f"DELETE FROM {table} WHERE false"):
                count = scope.connection.execute(f"DELETE FROM {table} WHERE {column} = %s", [place[1]]).rowcount
                assert count == 0, table


@pytest.fixture(scope="module")
def without_scope(service):
    with service.cluster.connect("bailiwick_app", autocommit=True) as connection:
        yield connection


def test_without_a_scope_nothing_is_seen_or_written(service, estate, without_scope, digest):
    """A missing setting, and an empty one."""
    before = digest.take()
    for value in (None, ""):
        for name in ("low", "high", "ancestors", "consents"):
            if value is not None:
                without_scope.execute("SELECT set_config(%s, '', false)", [f"bailiwick.{name}"])
        for table, path in owned_tables(service.cluster):
            if denied(without_scope, f"SELECT {path} FROM {table} LIMIT 0"):
                continue
            assert without_scope.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
            assert copies(service, without_scope, table) == 0, table
            if not denied(without_scope, f"DELETE FROM {table} WHERE false"):
                assert without_scope.execute(f"DELETE FROM {table}").rowcount == 0, table
    assert digest.take() == before


# A right or the wall is missing; nothing is seen that the row could stand under.
REFUSED = ("42501", "BW002")


def copies(service, connection, table):
    """How many rows the role can put in that say what an existing row says."""
    with service.cluster.connect("postgres") as all_seeing:
        columns = dict(all_seeing.execute(
            "SELECT quote_ident(attname), atttypid::regtype::text FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
            "AND NOT attisdropped AND attgenerated = ''", [table]).fetchall())
        row = all_seeing.execute(f"SELECT {', '.join(columns)} FROM {table} LIMIT 1").fetchone()
    if not row:
        return 0
    try:
        return connection.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES "
                                  f"({', '.join(['%s'] * len(columns))})", list(map(plain, row, columns.values()))).rowcount
    except psycopg.Error as error:
        assert error.sqlstate in REFUSED, error
        return 0


def plain(value, kind):
    return psycopg.types.json.Json(value) if kind in ("json", "jsonb") and value is not None else value


# What proves who somebody is.

def test_the_role_of_requests_reads_nothing_of_the_vault(service):
    with service.cluster.connect("bailiwick_app", autocommit=True) as connection:
        tables = [table for table, _ in owned_tables(service.cluster) if table.startswith("vault.")]
        assert len(tables) >= 6
        for table in [*tables, "vault.throttle"]:
            granted = connection.execute("SELECT has_any_column_privilege(%s, 'SELECT, UPDATE') "
                                         "OR has_table_privilege(%s, 'DELETE, TRUNCATE')", [table, table]).fetchone()
            assert granted == (False,), table


def test_no_statement_of_the_role_of_requests_names_a_secret():
    for path in sorted((ROOT / "sql/query").glob("*.sql")):
        head, _, text = path.read_text().partition("-- row:")
        if "-- role: app" in head:
            row = text.split("\n")[0]
            assert not any(word in row for word in ("hash", "seed", "secret", "token")), path.name
