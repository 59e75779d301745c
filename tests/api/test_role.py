"""Roles: the built-in ones, and those that tenants make of what they hold."""
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.estate import unique

BUILTIN = ["auditor", "customer_admin", "helpdesk", "introspector", "partner_admin", "portal", "provider_admin", "provisioner",
           "viewer"]


def test_the_built_in_roles_can_be_given_everywhere(estate):
    roles = list(estate.actor("alpha_one", "viewer").pages(f"/v1/tenants/{estate.id('alpha_one')}/roles"))
    builtin = [role for role in roles if role["origin"] == "builtin"]
    assert sorted(role["name"] for role in builtin) == BUILTIN
    assert {role["tenant_id"] for role in builtin} == {None}


@pytest.mark.parametrize("name", BUILTIN)
def test_a_role_says_what_it_permits(estate, name):
    caller = estate.actor("alpha_one", "viewer")
    role = caller.get(f"/v1/roles/{estate.role(name)}").json()
    assert role["name"] == name and role["permissions"] and role["kinds"]
    assert caller.get(f"/v1/roles/{estate.role(name)}").headers["ETag"]


def test_an_unknown_role_is_not_there(estate):
    caller = estate.actor("alpha_one", "viewer")
    caller.get("/v1/roles/0190a5b8-7c4e-7000-8000-000000000000", 404)
    caller.get("/v1/roles/viewer", 404)


def test_without_the_permission_there_is_nothing_to_see(estate):
    estate.person("alpha_one").client.problem("GET", f"/v1/roles/{estate.role('viewer')}", 403, "forbidden")


def make(caller, estate, tenant, permissions, status=201, **more):
    body = {"name": unique("role"), "permissions": permissions, **more}
    return caller.post(f"/v1/tenants/{estate.id(tenant)}/roles", body, status).json()


def refused(caller, estate, tenant, code, **body):
    body = {"name": unique("role"), "permissions": ["tenant:read"]} | body
    status = 409 if code == "already_exists" else 422
    caller.problem("POST", f"/v1/tenants/{estate.id(tenant)}/roles", status, code, json=body)


@pytest.fixture(name="partner")
def partner_admin(estate):
    return estate.actor("alpha", "partner_admin")


def holder(estate, role, tenant="alpha_one", **more):
    """Somebody who holds that role there, signed in."""
    person = estate.person(tenant)
    body = {"principal_id": person.id, "role_id": role["id"], "scope": "subtree", **more}
    estate.admin.client.post(f"/v1/tenants/{estate.id(tenant)}/grants", body, 201)
    return person.client


def test_a_role_that_a_partner_makes_is_given_below_it(estate, partner):
    role = make(partner, estate, "alpha", ["tenant:read", "user:read"], description="Looks after people")
    assert (role["origin"], role["tenant_id"], role["description"]) == ("tenant", estate.id("alpha"), "Looks after people")
    assert role["kinds"] == ["provider", "partner", "customer"]
    reads = holder(estate, role)
    reads.get(f"/v1/tenants/{estate.id('alpha_one')}/users")
    reads.problem("POST", f"/v1/tenants/{estate.id('alpha_one')}/users", 403, "forbidden", json={"login": unique("user")})


def test_those_below_see_a_role_and_not_whose_it_is(estate, partner):
    role = make(partner, estate, "alpha", ["tenant:read"])
    seen = estate.actor("alpha_one", "viewer").get(f"/v1/roles/{role['id']}").json()
    assert (seen["origin"], seen["tenant_id"]) == ("inherited", None)
    estate.actor("beta", "viewer").get(f"/v1/roles/{role['id']}", 404)


def test_nobody_makes_a_role_of_what_they_do_not_hold_there(estate, partner):
    refused(partner, estate, "alpha", "ceiling", permissions=["tenant:read", "tenant:create_partner"])
    refused(estate.actor("alpha", "partner_admin", "self"), estate, "alpha", "ceiling")


def test_a_name_that_is_known_there_is_taken(estate, partner):
    role = make(partner, estate, "alpha", ["tenant:read"])
    refused(partner, estate, "alpha", "already_exists", name=role["name"])
    refused(partner, estate, "alpha_one", "already_exists", name=role["name"])
    refused(partner, estate, "alpha", "already_exists", name="viewer")
    refused(estate.admin.client, estate, "provider", "already_exists", name=role["name"])
    make(estate.actor("beta", "partner_admin"), estate, "beta", ["tenant:read"], name=role["name"])


def test_in_a_customer_no_role_creates_tenants(estate, partner):
    role = make(partner, estate, "alpha", ["tenant:read", "tenant:create_customer"])
    assert role["kinds"] == ["provider", "partner"]
    refused(partner, estate, "alpha", "kind_ceiling", permissions=["tenant:create_customer"], kinds=["customer"])
    user = estate.new_user("alpha_one")
    body = {"principal_id": user["id"], "role_id": role["id"], "scope": "subtree"}
    partner.problem("POST", f"/v1/tenants/{estate.id('alpha_one')}/grants", 422, "kind_ceiling", json=body)


@pytest.mark.parametrize("member, value, where", [
    ("name", "Upper", "name"), ("name", "1st", "name"), ("name", "", "name"), ("permissions", [], "permissions"),
    ("permissions", ["tenant:read", "tenant:fly"], "permissions[1]"),
    ("permissions", ["tenant:read", "tenant:read"], "permissions[1]"), ("kinds", ["planet"], "kinds[0]")])
def test_a_malformed_role_is_refused_where_it_is_wrong(estate, partner, member, value, where):
    body = {"name": unique("role"), "permissions": ["tenant:read"]} | {member: value}
    problem = partner.problem("POST", f"/v1/tenants/{estate.id('alpha')}/roles", 400, "malformed", json=body)
    assert [error["field"] for error in problem["errors"]] == [where]


def test_a_changed_role_changes_what_all_its_holders_may_do(estate, partner):
    role = make(partner, estate, "alpha", ["tenant:read", "user:read"])
    reads, path = holder(estate, role), f"/v1/tenants/{estate.id('alpha_one')}/users"
    partner.patch(f"/v1/roles/{role['id']}", {"permissions": ["tenant:read", "user:create"]})
    reads.get(path, 403)
    reads.post(path, {"login": unique("user")}, 201)


def test_a_role_is_changed_by_its_version(estate, partner):
    path = f"/v1/roles/{make(partner, estate, 'alpha', ['tenant:read'])['id']}"
    known = {"If-Match": partner.get(path).headers["ETag"]}
    name = unique("other")
    assert partner.patch(path, {"name": name}, headers=known).json()["name"] == name
    partner.problem("PATCH", path, 412, "stale", json={"description": "late"}, headers=known)


def test_nobody_adds_what_they_do_not_hold(estate, partner):
    role = make(partner, estate, "alpha", ["tenant:read"])
    wanted = {"permissions": ["tenant:read", "tenant:create_partner"]}
    partner.problem("PATCH", f"/v1/roles/{role['id']}", 422, "ceiling", json=wanted)


def test_nobody_changes_a_role_that_they_hold(estate):
    keeper = estate.person("alpha", "partner_admin")
    role = make(keeper.client, estate, "alpha", ["tenant:read"])
    estate.admin.client.post(f"/v1/tenants/{estate.id('alpha')}/grants",
                             {"principal_id": keeper.id, "role_id": role["id"], "scope": "self"}, 201)
    wanted = {"permissions": ["tenant:read", "user:read"]}
    keeper.client.problem("PATCH", f"/v1/roles/{role['id']}", 422, "self_service", json=wanted)
    keeper.client.patch(f"/v1/roles/{role['id']}", {"description": "which permits what it did"})


def test_a_role_keeps_to_where_it_is_held(estate, partner):
    role = make(partner, estate, "alpha", ["tenant:read"])
    holder(estate, role)
    path = f"/v1/roles/{role['id']}"
    partner.problem("PATCH", path, 422, "kind_ceiling", json={"kinds": ["partner"]})
    partner.problem("PATCH", path, 422, "kind_ceiling", json={"permissions": ["tenant:create_customer"]})


def test_what_a_machine_holds_gets_nothing_that_no_machine_may(estate, partner):
    role = make(partner, estate, "alpha", ["tenant:read"])
    machine, _ = estate.new_machine("alpha_one")
    body = {"principal_id": machine["id"], "role_id": role["id"], "scope": "subtree"}
    partner.post(f"/v1/tenants/{estate.id('alpha_one')}/grants", body, 201)
    wanted = {"permissions": ["tenant:read", "client:create"]}
    partner.problem("PATCH", f"/v1/roles/{role['id']}", 422, "not_for_machines", json=wanted)


def test_a_role_goes_when_nobody_holds_it(estate, partner):
    role = make(partner, estate, "alpha", ["tenant:read"])
    person = estate.person("alpha_one")
    body = {"principal_id": person.id, "role_id": role["id"], "scope": "subtree"}
    grant = partner.post(f"/v1/tenants/{estate.id('alpha_one')}/grants", body, 201).json()
    path = f"/v1/roles/{role['id']}"
    partner.problem("DELETE", path, 409, "in_use")
    partner.delete(f"/v1/grants/{grant['id']}")
    partner.delete(path)
    partner.get(path, 404)


def test_what_is_built_in_stays(estate, admin):
    path = f"/v1/roles/{estate.role('viewer')}"
    admin.problem("PATCH", path, 422, "builtin", json={"description": "mine"})
    admin.problem("DELETE", path, 422, "builtin")


def test_a_role_from_above_is_not_there_to_be_changed(estate, partner):
    role = make(estate.admin.client, estate, "provider", ["tenant:read"])
    partner.get(f"/v1/roles/{role['id']}")
    partner.problem("PATCH", f"/v1/roles/{role['id']}", 404, "not_found", json={"description": "mine"})
    partner.problem("DELETE", f"/v1/roles/{role['id']}", 404, "not_found")


def test_what_becomes_of_a_role_is_on_record(estate, partner):
    role = make(partner, estate, "alpha", ["tenant:read"])
    partner.patch(f"/v1/roles/{role['id']}", {"permissions": ["user:read"]})
    partner.delete(f"/v1/roles/{role['id']}")
    told = [(e["action"], (e["before"] or {}).get("permissions"), (e["after"] or {}).get("permissions"))
            for e in reversed(list(partner.pages(f"/v1/tenants/{estate.id('alpha')}/audit", object_id=role["id"])))]
    assert told == [("createRole", None, ["tenant:read"]), ("updateRole", ["tenant:read"], ["user:read"]),
                    ("deleteRole", ["user:read"], None)]


def test_a_role_that_includes_roles_permits_what_they_do(estate, partner):
    inner = make(partner, estate, "alpha", ["user:read"])
    role = make(partner, estate, "alpha", ["tenant:read"], includes=[inner["name"], estate.role("auditor")])
    assert role["permissions"] == ["tenant:read"] and role["includes"] == sorted([inner["id"], estate.role("auditor")])
    audits = set(partner.get(f"/v1/roles/{estate.role('auditor')}").json()["permissions"])
    assert set(role["effective_permissions"]) == audits | {"tenant:read", "user:read"}
    reads = holder(estate, role)
    reads.get(f"/v1/tenants/{estate.id('alpha_one')}/audit")
    assert set(reads.get("/v1/me").json()["roots"][0]["permissions"]) == set(role["effective_permissions"])


def test_a_role_may_be_nothing_but_what_it_includes(estate, partner):
    role = make(partner, estate, "alpha", [], includes=["viewer"])
    assert role["permissions"] == [] and "user:read" in role["effective_permissions"]
    partner.problem("PATCH", f"/v1/roles/{role['id']}", 422, "rule", json={"includes": []})


def test_a_change_of_what_is_included_changes_what_holders_may_do(estate, partner):
    inner = make(partner, estate, "alpha", ["user:read"])
    middle = make(partner, estate, "alpha_one", [], includes=[inner["id"]])
    reads = holder(estate, make(partner, estate, "alpha_one", ["tenant:read"], includes=[middle["id"]]))
    path = f"/v1/tenants/{estate.id('alpha_one')}/users"
    reads.get(path)
    partner.patch(f"/v1/roles/{inner['id']}", {"permissions": ["user:create"]})
    reads.get(path, 403)
    reads.post(path, {"login": unique("user")}, 201)
    partner.patch(f"/v1/roles/{middle['id']}", {"permissions": ["tenant:read"], "includes": []})
    reads.post(path, {"login": unique("user")}, 403)


def test_what_is_included_is_known_there_and_held_by_who_includes_it(estate, partner):
    above, beside = make(estate.admin.client, estate, "provider", ["tenant:create_partner"]), make(
        estate.actor("beta", "partner_admin"), estate, "beta", ["tenant:read"])
    refused(partner, estate, "alpha", "ceiling", includes=[above["id"]])
    below = make(partner, estate, "alpha_one", ["tenant:read"])
    for unknown in (beside["id"], beside["name"], below["id"], "0190a5b8-7c4e-7000-8000-000000000000", "no-such-role"):
        body = {"name": unique("role"), "permissions": [], "includes": [unknown]}
        problem = partner.problem("POST", f"/v1/tenants/{estate.id('alpha')}/roles", 400, "malformed", json=body)
        assert [(e["field"], e["code"]) for e in problem["errors"]] == [("includes[0]", "unknown")]


def test_nobody_changes_what_a_role_that_they_hold_includes(estate):
    keeper = estate.person("alpha", "partner_admin")
    inner = make(keeper.client, estate, "alpha", ["tenant:read"])
    outer = make(keeper.client, estate, "alpha", ["user:read"], includes=[inner["id"]])
    estate.admin.client.post(f"/v1/tenants/{estate.id('alpha')}/grants",
                             {"principal_id": keeper.id, "role_id": outer["id"], "scope": "self"}, 201)
    for role, wanted in ((inner, {"permissions": ["user:read"]}), (outer, {"includes": []}), (inner, {"includes": ["viewer"]})):
        keeper.client.problem("PATCH", f"/v1/roles/{role['id']}", 422, "self_service", json=wanted)


def test_a_role_includes_neither_itself_nor_too_much(estate, partner):
    line = [make(partner, estate, "alpha", ["tenant:read"])]
    for _ in range(3):
        line.append(make(partner, estate, "alpha", [], includes=[line[-1]["id"]]))
    partner.problem("PATCH", f"/v1/roles/{line[0]['id']}", 422, "role_ring", json={"includes": [line[2]["id"]]})
    partner.problem("PATCH", f"/v1/roles/{line[0]['id']}", 422, "limit_reached", json={"includes": ["viewer"]})
    refused(partner, estate, "alpha", "limit_reached", includes=[line[3]["id"]])


def test_what_is_included_is_in_use(estate, partner):
    inner = make(partner, estate, "alpha", ["user:read"])
    outer = make(partner, estate, "alpha_one", ["tenant:read"], includes=[inner["id"]])
    partner.problem("DELETE", f"/v1/roles/{inner['id']}", 409, "in_use")
    partner.delete(f"/v1/roles/{outer['id']}")
    partner.delete(f"/v1/roles/{inner['id']}")


def test_two_who_include_one_anothers_roles_at_once_make_no_ring(estate):
    makers = [estate.actor("alpha", "partner_admin") for _ in range(2)]
    one, two = (make(makers[0], estate, "alpha", ["tenant:read"]) for _ in range(2))

    def include(maker, role, other):
        return maker.call("PATCH", f"/v1/roles/{role['id']}", json={"includes": [other["id"]]}).status_code

    with ThreadPoolExecutor(2) as both:
        for _ in range(6):
            done = list(both.map(include, makers, (one, two), (two, one)))
            assert sorted(done) == [200, 422], done
            for role in (one, two):
                makers[0].patch(f"/v1/roles/{role['id']}", {"includes": []})


def test_a_chain_says_by_which_included_role(estate, partner):
    inner = make(partner, estate, "alpha", ["user:read"])
    middle = make(partner, estate, "alpha", ["client:read"], includes=[inner["id"]])
    outer = make(partner, estate, "alpha", ["tenant:read"], includes=[middle["id"]])
    person = estate.person("alpha_one")
    partner.post(f"/v1/tenants/{estate.id('alpha_one')}/grants",
                 {"principal_id": person.id, "role_id": outer["id"], "scope": "self"}, 201)
    for action, source in (("user:read", inner), ("client:read", middle), ("tenant:read", None), ("audit:read", None)):
        named = source and {"id": source["id"], "name": source["name"]}
        body = {"principal_id": person.id, "action": action, "type": "tenant", "id": estate.id("alpha_one")}
        chain, = partner.post("/v1/explain", body, 200).json()["chains"]
        assert (chain["role"]["id"], chain["role"]["included"]) == (outer["id"], named)
        if action != "audit:read":
            found, = [item for item in partner.pages(f"/v1/tenants/{estate.id('alpha_one')}/access", permission=action)
                      if item["principal"] and item["principal"]["id"] == person.id]
            assert found["role"]["included"] == named
