"""Lists: pages, cursors that belong to one caller and one list, limits."""
import pytest

from support import source
from support.estate import unique
from support.jobs import Jobs


@pytest.fixture(scope="module", name="crowd")
def tenant_with_users(estate):
    """A customer with seven users, five of them named alike."""
    tenant = estate.new_tenant(name=unique("crowd"))
    estate.tenants["crowd"] = tenant
    for n in range(7):
        estate.new_user("crowd", display_name=f"Same Name {n}" if n < 5 else unique("Other"))
    return tenant


def ids(items):
    return [item["id"] for item in items]


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 8, 200])
def test_pages_of_any_size_make_the_same_list(crowd, admin, limit):
    path = f"/v1/tenants/{crowd['id']}/users"
    found = ids(admin.pages(path, limit))
    assert len(found) == len(set(found)) == 7 and found == ids(admin.pages(path))


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_a_subtree_is_listed_in_the_order_of_the_tree(estate, admin, limit):
    path = f"/v1/tenants/{estate.id('provider')}/children"
    found = [tenant["id"] for tenant in admin.pages(path, limit, scope="subtree")]
    assert len(found) == len(set(found)) and found == ids(admin.pages("/v1/tenants"))
    place = {id: n for n, id in enumerate(found)}
    for tenant in admin.pages("/v1/tenants"):
        assert tenant["parent_id"] is None or place[tenant["parent_id"]] < place[tenant["id"]]


@pytest.mark.parametrize("limit", [1, 2, 3, 200])
def test_several_roots_make_one_list(estate, limit):
    person = estate.person("alpha", "viewer", "self")
    for tenant, scope in (("alpha_one", "self"), ("alpha_sub", "subtree"), ("alpha_sub_one", "self")):
        estate.grant(tenant, person.id, "viewer", scope)
    found = list(person.client.pages("/v1/tenants", limit))
    assert sorted(t["name"] for t in found) == ["alpha", "alpha_one", "alpha_sub", "alpha_sub_one"]


def test_without_a_limit_a_page_has_fifty(estate, admin):
    tenant = estate.new_tenant()
    estate.tenants["many"] = tenant
    for _ in range(51):
        estate.new_user("many")
    page = admin.get(f"/v1/tenants/{tenant['id']}/users").json()
    assert len(page["items"]) == 50 and page["next_cursor"]


def test_a_page_of_long_items_ends_early_and_the_list_is_whole(estate, admin):
    """As many dialling addresses as a user can have, as long as each can be: no more of them than a mebibyte makes a page."""
    estate.tenants["long"] = estate.new_tenant()
    made = {estate.new_user("long", dialling_addresses=["\U0001F4DE" * 256] * 32)["id"] for _ in range(34)}
    path = f"/v1/tenants/{estate.id('long')}/users"
    page = admin.get(path, params={"limit": 200})
    assert 1 <= len(page.json()["items"]) < 34 and page.json()["next_cursor"] and len(page.content) < 1.1 * 2**20
    for limit in (1, 33, 200):
        found = ids(admin.pages(path, limit))
        assert len(found) == 34 and set(found) == made


def test_what_is_made_between_pages_moves_nothing(estate, crowd, admin):
    path = f"/v1/tenants/{crowd['id']}/clients"
    estate.tenants["crowd"] = crowd
    before = {estate.new_machine("crowd")[0]["id"] for _ in range(4)}
    first = admin.get(path, params={"limit": 2}).json()
    estate.new_machine("crowd")
    rest = admin.get(path, params={"limit": 200, "cursor": first["next_cursor"]}).json()
    found = ids(first["items"]) + ids(rest["items"])
    assert before <= set(found) and len(found) == len(set(found))


def bad_cursor(caller, path, **params):
    return caller.problem("GET", path, 400, "bad_cursor", params=params)


def test_a_changed_cursor_is_refused(crowd, admin):
    path = f"/v1/tenants/{crowd['id']}/users"
    cursor = admin.get(path, params={"limit": 2}).json()["next_cursor"]
    for at in range(0, len(cursor) - 1, 7):
        changed = cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1:]
        bad_cursor(admin, path, cursor=changed)
    for changed in (cursor[:-4], cursor + "AAAA", "x", "====", "\u00e4", cursor[::-1]):
        bad_cursor(admin, path, cursor=changed)


def test_a_cursor_is_the_callers_own(estate, crowd):
    path = f"/v1/tenants/{crowd['id']}/users"
    cursor = estate.person("alpha", "viewer").client.get(path, params={"limit": 2}).json()["next_cursor"]
    bad_cursor(estate.actor("alpha", "viewer"), path, cursor=cursor)


def test_a_cursor_is_of_one_list_with_one_filter(estate, crowd, admin):
    path = f"/v1/tenants/{crowd['id']}/users"
    cursor = admin.get(path, params={"limit": 2, "q": "same"}).json()["next_cursor"]
    admin.get(path, params={"limit": 3, "q": "same", "cursor": cursor})
    for params in ({}, {"q": "Same"}, {"q": "same", "state": "invited"}, {"q": "same", "scope": "self"}):
        bad_cursor(admin, path, cursor=cursor, **params)
    bad_cursor(admin, f"/v1/tenants/{estate.id('alpha')}/users", cursor=cursor, q="same")
    bad_cursor(admin, f"/v1/tenants/{crowd['id']}/clients", cursor=cursor)


def queries():
    """Every route that takes parameters, and the tables of them."""
    tables, uses = source.tables(), source.uses()
    for route in source.routes():
        for name in uses[route.handler].queries:
            yield route.method, route.path, tables[name]


def path_of(path, estate):
    """With a thing in it that {id} can be, and a job that waits for its content."""
    if "{import}" in path:
        path = path.replace("{import}", Jobs(estate.admin.client, estate.id("alpha")).open()["id"])
    if path.startswith("/v1/clients"):
        return path.replace("{id}", estate.new_machine()[0]["id"])
    if path.startswith("/v1/groups"):
        group = estate.admin.client.post(f"/v1/tenants/{estate.id('alpha')}/groups", {"display_name": unique("group")}, 201).json()
        return path.replace("{id}", group["id"])
    return path.replace("{id}", estate.admin.id if path.startswith("/v1/users") else estate.id("alpha"))


@pytest.mark.parametrize("method, path, table", list(queries()), ids=lambda value: getattr(value, "schema", None))
def test_every_wrong_parameter_is_named(estate, admin, method, path, table):
    wrong = {}
    for field in table.fields:
        wrong[field.name] = "x" * (field.most + 1) if field.kind == "text" else "no such thing"
    problem = admin.problem(method, path_of(path, estate), 400, "malformed", params=wrong | {"surplus": "1"})
    assert sorted(error["field"] for error in problem["errors"]) == sorted([*wrong, "surplus"])


@pytest.mark.parametrize("limit", ["0", "201", "-1", "1.0", "1e2", "", " 5", "05", "0x10", "9" * 30, "five", "null", "true"])
def test_a_limit_is_a_number_from_1_to_200(admin, limit):
    problem = admin.problem("GET", "/v1/tenants", 400, "malformed", params={"limit": limit})
    assert problem["errors"][0]["field"] == "limit"


@pytest.mark.parametrize("query", ["limit=1&limit=2", "name=a&name=a", "%6eame=a&name=b", "limit=%zz", "name=%00", "name=%ff"])
def test_a_query_that_can_be_read_two_ways_is_refused(admin, query):
    admin.problem("GET", f"/v1/tenants?{query}", 400, "malformed")


@pytest.mark.parametrize("path, name", [("/v1/tenants", "name"), ("/v1/tenants/{id}/users", "q")])
@pytest.mark.parametrize("blank", [" ", "\u200b", "\u00ad"])
def test_a_prefix_of_nothing_is_named_or_matches_everything(estate, admin, path, name, blank):
    reply = admin.call("GET", path_of(path, estate), None, params={name: blank})
    assert reply.status_code in (200, 400)
    if reply.status_code == 400:
        assert [error["field"] for error in reply.json()["errors"]] == [name]
