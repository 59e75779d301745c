"""Tenants: made where their kind may stand, seen from below a root only, suspended and resumed."""
import pytest

from support.estate import unique
from support.jobs import Jobs

NOBODY = "0190a5b8-7c4e-7000-8000-000000000000"


@pytest.fixture(name="tenant")
def new_customer(estate):
    return estate.new_tenant()


def test_a_tenant_is_made_below_the_one_that_is_named(estate, admin):
    name = unique("Müller & Söhne")
    body = {"parent_id": estate.id("alpha"), "kind": "customer", "name": name, "external_id": unique("crm")}
    reply = admin.post("/v1/tenants", body, 201)
    made = reply.json()
    assert {key: made[key] for key in body} == body and made["state"] == "active" and len(made["code"]) >= 8
    assert reply.headers["Location"] == f"/v1/tenants/{made['id']}" and len(reply.headers["Policy-Revision"]) == 22
    read = admin.get(reply.headers["Location"])
    assert (read.json(), read.headers["ETag"]) == (made, reply.headers["ETag"])


def test_without_a_parent_it_stands_below_the_callers_home(estate):
    made = estate.actor("alpha", "partner_admin").post("/v1/tenants", {"kind": "customer", "name": unique("c")}, 201).json()
    assert made["parent_id"] == estate.id("alpha")


def test_who_makes_customers_makes_no_partners(estate):
    caller = estate.actor("alpha", "partner_admin")
    caller.problem("POST", "/v1/tenants", 403, "forbidden", json={"kind": "partner", "name": unique("p")})
    caller.post("/v1/tenants", {"kind": "customer", "name": unique("c")}, 201)


@pytest.mark.parametrize("parent", ["alpha_one", "beta_one"])
@pytest.mark.parametrize("kind", ["partner", "customer"])
def test_nothing_stands_below_a_customer(estate, admin, parent, kind):
    body = {"parent_id": estate.id(parent), "kind": kind, "name": unique("t")}
    admin.problem("POST", "/v1/tenants", 403, "forbidden", json=body)


def test_a_parent_that_is_not_seen_is_like_none(estate):
    caller = estate.actor("alpha", "partner_admin")
    for parent in (estate.id("provider"), estate.id("beta"), estate.id("beta_one"), NOBODY):
        body = {"parent_id": parent, "kind": "customer", "name": unique("t")}
        caller.problem("POST", "/v1/tenants", 404, "not_found", json=body)


def test_the_tree_has_sixteen_levels(estate, admin):
    parent = estate.id("beta")
    for _ in range(14):
        parent = estate.new_tenant("partner", parent)["id"]
    body = {"parent_id": parent, "kind": "customer", "name": unique("t")}
    admin.problem("POST", "/v1/tenants", 422, "too_deep", json=body)


def test_an_external_id_is_unique_among_siblings_alone(estate, admin):
    external = unique("crm")
    first = estate.new_tenant(external_id=external)
    body = {"parent_id": estate.id("alpha"), "kind": "customer", "name": unique("t"), "external_id": external}
    admin.problem("POST", "/v1/tenants", 409, "already_exists", json=body)
    other = estate.new_tenant(parent=estate.id("beta"), external_id=external)
    admin.problem("PATCH", f"/v1/tenants/{estate.new_tenant()['id']}", 409, "already_exists", json={"external_id": external})
    found = list(admin.pages("/v1/tenants", external_id=external))
    assert sorted(tenant["id"] for tenant in found) == sorted([first["id"], other["id"]])


def test_the_root_of_what_one_sees_has_no_parent(estate, admin):
    caller = estate.actor("alpha", "viewer")
    assert caller.get(f"/v1/tenants/{estate.id('alpha')}").json()["parent_id"] is None
    assert caller.get(f"/v1/tenants/{estate.id('alpha_one')}").json()["parent_id"] == estate.id("alpha")
    assert admin.get(f"/v1/tenants/{estate.id('alpha')}").json()["parent_id"] == estate.id("provider")


def test_what_is_foreign_is_answered_like_what_is_not(estate):
    caller = estate.actor("alpha_one", "customer_admin")
    made_up = caller.get(f"/v1/tenants/{NOBODY}", 404)
    for name in ("provider", "alpha", "alpha_two", "alpha_sub", "beta", "beta_one"):
        foreign = caller.get(f"/v1/tenants/{estate.id(name)}", 404)
        names = ("Date", "X-Request-Id")
        assert {k: v for k, v in foreign.headers.items() if k not in names} == \
            {k: v for k, v in made_up.headers.items() if k not in names}
        assert foreign.json() | {"request_id": ""} == made_up.json() | {"request_id": ""}


@pytest.mark.parametrize("id", ["x", "1", "{id}", "0190a5b8-7c4e-7000-8000-00000000000g", "%20", "'"])
def test_what_is_no_id_is_not_there(admin, id):
    admin.call("GET", f"/v1/tenants/{id}", 404)


def test_the_breadcrumb_begins_at_ones_root(estate, admin):
    def names(caller):
        items = caller.get(f"/v1/tenants/{estate.id('alpha_sub_one')}/breadcrumb").json()["items"]
        return [item["name"] for item in items]
    assert names(admin) == [estate.tenants["provider"]["name"], "alpha", "alpha_sub", "alpha_sub_one"]
    assert names(estate.actor("alpha", "viewer")) == ["alpha", "alpha_sub", "alpha_sub_one"]
    assert names(estate.actor("alpha_sub_one", "viewer")) == ["alpha_sub_one"]


def test_children_are_those_right_below_or_all(estate, tenant):
    caller = estate.actor("alpha", "viewer")
    children = {t["id"] for t in caller.pages(f"/v1/tenants/{estate.id('alpha')}/children")}
    assert {estate.id(name) for name in ("alpha_one", "alpha_two", "alpha_sub")} | {tenant["id"]} <= children
    assert not children & {estate.id("alpha"), estate.id("alpha_sub_one")}
    subtree = {t["id"] for t in caller.pages(f"/v1/tenants/{estate.id('alpha')}/children", scope="subtree")}
    assert children | {estate.id("alpha"), estate.id("alpha_sub_one")} <= subtree


def test_a_grant_of_one_tenant_alone_shows_that_one(estate):
    caller = estate.actor("alpha", "viewer", "self")
    assert [t["name"] for t in caller.pages("/v1/tenants")] == ["alpha"]
    caller.get(f"/v1/tenants/{estate.id('alpha_one')}", 404)
    assert list(caller.pages(f"/v1/tenants/{estate.id('alpha')}/children")) == []
    assert [t["name"] for t in caller.pages(f"/v1/tenants/{estate.id('alpha')}/children", scope="subtree")] == ["alpha"]


def test_filters_narrow_a_list(estate, admin):
    name = unique("ÄÖÜ Gesellschaft")
    made = estate.new_tenant(name=name, external_id=unique("crm"))
    admin.post(f"/v1/tenants/{made['id']}/suspend", {"reach": "subtree"})
    for query in ({"name": name.lower()}, {"external_id": made["external_id"]}, {"name": name, "state": "suspended"},
                  {"code": made["code"]}, {"code": made["code"], "name": name},
                  {"name": name[:9], "kind": "customer", "state": "suspended"}):
        for path in ("/v1/tenants", f"/v1/tenants/{estate.id('alpha')}/children"):
            assert made["id"] in [t["id"] for t in admin.pages(path, **query)], query
    for query in ({"name": name, "state": "active"}, {"name": name, "kind": "partner"}, {"name": name[1:]},
                  {"external_id": made["external_id"].upper()}, {"code": made["code"][:-1]}):
        assert made["id"] not in [t["id"] for t in admin.pages("/v1/tenants", **query)], query


def test_a_patch_changes_what_it_names(tenant, admin):
    path = f"/v1/tenants/{tenant['id']}"
    changed = admin.patch(path, {"external_id": "one"}).json()
    assert (changed["name"], changed["external_id"]) == (tenant["name"], "one")
    changed = admin.patch(path, {"name": "Another", "external_id": None}).json()
    assert (changed["name"], changed["external_id"]) == ("Another", None)
    assert changed["updated_at"] > tenant["updated_at"] and changed["code"] == tenant["code"]
    assert admin.get(path).json() == changed


def test_an_empty_patch_changes_nothing(tenant, admin):
    path = f"/v1/tenants/{tenant['id']}"
    before = admin.get(path)
    assert admin.patch(path, {}).json() == before.json()
    assert admin.get(path).headers["ETag"] == before.headers["ETag"]


def test_a_suspension_of_the_staff_keeps_out_the_staff_alone(estate, admin):
    partner = estate.new_tenant("partner", estate.id("beta"))
    customer = estate.new_tenant("customer", partner["id"])
    estate.tenants |= {"tried": partner, "tried_one": customer}
    staff, below = estate.person("tried", "partner_admin"), estate.person("tried_one", "customer_admin")
    reply = admin.post(f"/v1/tenants/{partner['id']}/suspend", {"reach": "staff"})
    assert (reply.json()["state"], reply.json()["suspended_reach"]) == ("suspended", "staff")
    assert reply.json()["suspended_at"]
    staff.client.get("/v1/me", 401)
    below.client.get("/v1/me")
    admin.post(f"/v1/tenants/{partner['id']}/suspend", {"reach": "subtree"})
    staff.client.get("/v1/me", 401)
    below.client.get("/v1/me", 401)
    below.client.other().post("/v1/login", below.body(), 401)
    resumed = admin.post(f"/v1/tenants/{partner['id']}/resume").json()
    assert (resumed["state"], resumed["suspended_reach"], resumed["suspended_at"]) == ("active", None, None)
    below.client.get("/v1/me")
    staff.client.get("/v1/me")


def test_resuming_a_tenant_resumes_nothing_else(estate, admin):
    partner = estate.new_tenant("partner", estate.id("beta"))
    customer = estate.new_tenant("customer", partner["id"])
    estate.tenants["tried_two"] = customer
    user = estate.new_user("tried_two")
    admin.post(f"/v1/users/{user['id']}/suspend")
    admin.post(f"/v1/tenants/{customer['id']}/suspend", {"reach": "staff"})
    admin.post(f"/v1/tenants/{partner['id']}/suspend", {"reach": "subtree"})
    admin.post(f"/v1/tenants/{partner['id']}/resume")
    assert admin.get(f"/v1/tenants/{customer['id']}").json()["suspended_reach"] == "staff"
    assert admin.get(f"/v1/users/{user['id']}").json()["state"] == "suspended"


def test_a_suspension_says_whom_it_reaches(tenant, admin):
    path = f"/v1/tenants/{tenant['id']}"
    problem = admin.problem("POST", f"{path}/suspend", 400, "malformed", json={})
    assert problem["errors"][0]["field"] == "reach"
    admin.problem("POST", f"{path}/suspend", 400, "malformed")
    assert admin.get(path).json()["state"] == "active"


@pytest.fixture(name="over")
def partner_with_a_customer(estate):
    """A partner and its customer, each with an administrator, for a test to end."""
    partner = estate.new_tenant("partner", estate.id("beta"))
    estate.tenants |= {"over": partner, "over_one": estate.new_tenant("customer", partner["id"])}
    return partner, estate.person("over", "partner_admin"), estate.person("over_one", "customer_admin")


def test_an_end_is_taken_back_exactly_within_its_grace(estate, admin, over):
    partner, *people = over
    path = f"/v1/tenants/{partner['id']}"
    customer = f"/v1/tenants/{estate.id('over_one')}"
    admin.post(f"{customer}/suspend", {"reach": "staff"})
    before = [admin.get(path).json(), admin.get(customer).json(), list(admin.pages(f"{path}/grants", scope="subtree"))]
    ended = admin.post(f"{path}/terminate").json()
    assert ended["state"] == "terminated" and ended["terminated_at"] < ended["purge_due"]
    for person in people:
        person.client.get("/v1/me", 401)
        person.client.other().post("/v1/login", person.body(), 401)
    assert partner["id"] in [t["id"] for t in admin.pages(f"/v1/tenants/{estate.id('beta')}/children", state="terminated")]
    admin.problem("POST", f"{path}/terminate", 422, "wrong_state")
    admin.post(f"{path}/restore")
    after = [admin.get(path).json(), admin.get(customer).json(), list(admin.pages(f"{path}/grants", scope="subtree"))]
    assert before[1:] == after[1:] and before[0] | {"updated_at": None} == after[0] | {"updated_at": None}
    people[0].client.get("/v1/me")
    people[1].client.get("/v1/me", 401)
    admin.problem("POST", f"{path}/restore", 422, "wrong_state")


def test_what_was_ended_by_itself_stays_so(estate, admin, over):
    path, customer = f"/v1/tenants/{over[0]['id']}", f"/v1/tenants/{estate.id('over_one')}"
    ended = admin.post(f"{customer}/terminate").json()
    admin.post(f"{path}/terminate")
    admin.post(f"{path}/restore")
    assert admin.get(customer).json() == ended


def test_nothing_changes_where_a_tenant_is_over(estate, admin, over):
    partner, _, person = over
    at = f"/v1/tenants/{estate.id('over_one')}"
    admin.post(f"/v1/tenants/{partner['id']}/terminate")
    for method, path, body in (
            ("POST", "/v1/tenants", {"kind": "customer", "name": "x", "parent_id": partner["id"]}),
            ("PATCH", at, {"name": "x"}), ("POST", f"{at}/suspend", {"reach": "staff"}), ("POST", f"{at}/users", {"login": "x"}),
            ("PATCH", f"/v1/users/{person.id}", {"display_name": "x"}), ("POST", f"/v1/users/{person.id}/invite", None),
            ("POST", f"{at}/grants", {"principal_id": person.id, "role": "viewer", "scope": "self"})):
        admin.problem(method, path, 422, "wrong_state", json=body)
    assert admin.get(at).json()["name"] == estate.tenants["over_one"]["name"]


def test_behind_its_grace_nothing_comes_back_and_names_are_free_once_they_have_rested(estate, admin, server):
    parent, external = estate.id("beta"), unique("crm")
    old = estate.new_tenant("customer", parent, external_id=external)
    again = {"parent_id": parent, "kind": "customer", "name": "Another", "external_id": external}
    admin.post(f"/v1/tenants/{old['id']}/terminate")
    server.sql(f"UPDATE tenant SET purge_due = now() WHERE id = '{old['id']}'")
    admin.problem("POST", f"/v1/tenants/{old['id']}/restore", 422, "wrong_state")
    admin.problem("POST", "/v1/tenants", 409, "already_exists", json=again)
    server.sql(f"UPDATE tenant SET names_until = now() WHERE id = '{old['id']}'")
    made = admin.post("/v1/tenants", again, 201).json()
    assert made["id"] != old["id"] and made["external_id"] == external
    assert admin.get(f"/v1/tenants/{old['id']}").json()["external_id"] is None


def test_an_import_changes_nothing_where_a_tenant_is_over(estate, admin, over):
    partner, name = over[0], unique("over")
    admin.patch(f"/v1/tenants/{estate.id('over_one')}", {"external_id": name})
    admin.post(f"/v1/tenants/{estate.id('over_one')}/terminate")
    report = Jobs(admin, partner["id"]).load([{"kind": "user", "external_id": name, "login": name, "tenant_external_id": name}])
    assert [code for code, _ in report.refused.values()] == ["wrong_state"]


@pytest.mark.parametrize("what", ["suspend", "resume", "terminate", "restore"])
def test_nobody_suspends_where_they_stand(estate, what):
    caller = estate.actor("alpha", "partner_admin")
    path = f"/v1/tenants/{estate.id('alpha')}/{what}"
    caller.problem("POST", path, 422, "self_service", json={"reach": "staff"} if what == "suspend" else None)


@pytest.mark.parametrize("method, path, body", [
    ("PATCH", "/v1/tenants/{}", {"name": "x"}), ("POST", "/v1/tenants/{}/suspend", {"reach": "staff"}),
    ("POST", "/v1/tenants/{}/resume", None), ("POST", "/v1/tenants/{}/terminate", None), ("POST", "/v1/tenants/{}/restore", None),
    ("POST", "/v1/tenants/{}/users", {"login": "x"}),
])
def test_who_may_only_see_changes_nothing(estate, method, path, body):
    caller = estate.actor("alpha", "auditor")
    caller.problem(method, path.format(estate.id("alpha_one")), 403, "forbidden", json=body)
    caller.problem(method, path.format(estate.id("beta_one")), 404, "not_found", json=body)
