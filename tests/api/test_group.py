"""Groups: what they hold, who is in them has."""
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.estate import unique


@pytest.fixture(name="group")
def new_group(estate, admin):
    def make(where="alpha_one", role=None, **more):
        body = {"display_name": unique("group"), **more}
        made = admin.post(f"/v1/tenants/{estate.id(where)}/groups", body, 201).json()
        if role:
            estate.grant(where, made["id"], role)
        return made
    return make


def put(caller, group, principal, status=201):
    return caller.post(f"/v1/groups/{group['id']}/members", {"principal_id": principal}, status)


def test_a_group_is_made_read_changed_and_deleted(estate, admin):
    body = {"display_name": unique("Support"), "external_id": unique("crm")}
    path = f"/v1/tenants/{estate.id('alpha_one')}/groups"
    reply = admin.post(path, body, 201)
    made = reply.json()
    assert made == admin.get(reply.headers["Location"]).json() and made["state"] == "active"
    assert made in admin.pages(path) and made in admin.pages(f"/v1/tenants/{estate.id('alpha')}/groups", scope="subtree")
    assert list(admin.pages(path, external_id=body["external_id"])) == [made]
    changed = admin.patch(f"/v1/groups/{made['id']}", {"display_name": unique("Desk"), "external_id": None, "state": "suspended"},
                          headers={"If-Match": reply.headers["ETag"]}).json()
    assert changed["external_id"] is None and changed["state"] == "suspended"
    admin.problem("PATCH", f"/v1/groups/{made['id']}", 412, "stale", json={"state": "active"},
                  headers={"If-Match": reply.headers["ETag"]})
    admin.problem("POST", path, 409, "already_exists", json={"display_name": changed["display_name"].upper()})
    admin.delete(f"/v1/groups/{made['id']}")
    admin.problem("GET", f"/v1/groups/{made['id']}", 404, "not_found")


def test_who_is_in_a_group_has_what_it_holds_from_the_next_request_on(estate, admin, group):
    desk, staff, person = group(), group(role="auditor"), estate.person("alpha_one")
    audit = f"/v1/tenants/{estate.id('alpha_one')}/audit"
    put(admin, staff, desk["id"])
    person.client.problem("GET", audit, 404, "not_found")
    made = put(admin, desk, person.id).json()
    assert person.client.get(audit).json()["items"]
    assert person.client.get("/v1/me").json()["roots"] and list(admin.pages(f"/v1/groups/{desk['id']}/members")) == [made]
    assert (made["kind"], made["principal_id"], made["group_id"]) == ("user", person.id, desk["id"])
    listed, = admin.pages(f"/v1/groups/{staff['id']}/members")
    assert (listed["kind"], listed["display_name"]) == ("group", desk["display_name"])
    able = [item["principal"]["id"] for item in admin.pages(f"/v1/tenants/{estate.id('alpha_one')}/access", permission="audit:read")
            if item["principal"]]
    assert able.count(person.id) == 1 and staff["id"] not in able
    held, = admin.pages(f"/v1/users/{person.id}/permissions")
    assert "audit:read" in held["permissions"] and held["grant"]["principal_id"] == staff["id"]
    why = admin.post("/v1/explain", {"principal_id": person.id, "action": "audit:read", "type": "tenant",
                                     "id": estate.id("alpha_one")}).json()
    assert why["allowed"] and why["chains"][0]["grant"]["principal_id"] == staff["id"]
    admin.patch(f"/v1/groups/{staff['id']}", {"state": "suspended"})
    person.client.problem("GET", audit, 404, "not_found")
    admin.patch(f"/v1/groups/{staff['id']}", {"state": "active"})
    person.client.get(audit)
    admin.delete(f"/v1/groups/{desk['id']}/members/{person.id}")
    person.client.problem("GET", audit, 404, "not_found")
    admin.problem("DELETE", f"/v1/groups/{desk['id']}/members/{person.id}", 404, "not_found")
    events = admin.get(audit, params={"object_id": desk["id"]}).json()["items"]
    assert [event["action"] for event in events] == ["removeGroupMember", "addGroupMember", "createGroup"]
    assert events[1]["after"]["principal_id"] == events[0]["before"]["principal_id"] == person.id


def test_each_rule_of_joining_is_told_by_its_code(estate, admin, group):
    helper = estate.person("alpha_one", "customer_admin")
    weak, plain = estate.person("alpha_one"), estate.new_user("alpha_one")["id"]
    role = {"name": unique("keeper"), "permissions": ["group:read", "group:assign", "user:read", "tenant:read", "grant:assign"]}
    role = admin.post(f"/v1/tenants/{estate.id('alpha_one')}/roles", role, 201).json()["id"]
    admin.post(f"/v1/tenants/{estate.id('alpha_one')}/grants", {"principal_id": weak.id, "role_id": role, "scope": "subtree"}, 201)
    chiefs, inner = group(role="customer_admin"), group()
    path = "/v1/groups/{}/members"

    def refused(caller, to, who, code):
        caller.problem("POST", path.format(to["id"]), 422, code, json={"principal_id": who})
    refused(weak.client, chiefs, plain, "ceiling")
    refused(helper.client, chiefs, helper.id, "self_service")
    refused(helper.client, chiefs, estate.new_machine("alpha_one")[0]["id"], "not_for_machines")
    put(admin, inner, chiefs["id"])
    refused(admin, chiefs, inner["id"], "group_ring")
    refused(admin, inner, estate.new_user("alpha_two")["id"], "not_at_home")
    put(admin, chiefs, plain)
    weak.client.problem("DELETE", f"{path.format(chiefs['id'])}/{plain}", 422, "privileged")
    put(admin, inner, helper.id)
    helper.client.problem("POST", f"/v1/tenants/{estate.id('alpha_one')}/grants", 422, "self_service",
                          json={"principal_id": inner["id"], "role": "viewer", "scope": "self"})
    problem = admin.problem("POST", path.format(inner["id"]), 400, "malformed", json={"principal_id": estate.id("alpha")})
    assert [error["field"] for error in problem["errors"]] == ["principal_id"]


def test_two_who_put_one_anothers_groups_into_each_other_at_once_make_no_ring(estate, admin, group):
    one, two = group(), group()
    makers = [estate.actor("alpha_one", "customer_admin") for _ in range(2)]

    def join(maker, inner, outer):
        return maker.call("POST", f"/v1/groups/{outer['id']}/members", json={"principal_id": inner["id"]}).status_code

    with ThreadPoolExecutor(2) as both:
        for _ in range(6):
            done = list(both.map(join, makers, (one, two), (two, one)))
            assert sorted(done) == [201, 422], done
            for inner, outer in ((one, two), (two, one)):
                admin.call("DELETE", f"/v1/groups/{outer['id']}/members/{inner['id']}")


def test_a_group_signs_in_nowhere_and_is_no_user(estate, admin, group):
    made = group(role="viewer")
    for kind in ("users", "clients"):
        admin.problem("GET", f"/v1/{kind}/{made['id']}", 404, "not_found")
        assert made["id"] not in [item["id"] for item in admin.pages(f"/v1/tenants/{estate.id('alpha_one')}/{kind}")]
    admin.problem("POST", f"/v1/users/{made['id']}/invite", 404, "not_found")
    exported = admin.get(f"/v1/tenants/{estate.id('alpha_one')}/exports/users").text
    assert made["display_name"] not in exported
