"""The caller about themselves."""
import pytest

from support import source


def test_me_tells_home_roots_and_permissions(estate):
    person = estate.person("alpha", "helpdesk")
    estate.grant("alpha_one", person.id, "customer_admin", "self")
    me = person.client.get("/v1/me").json()
    assert (me["id"], me["kind"], me["tenant_id"]) == (person.id, "user", estate.id("alpha"))
    assert [(root["tenant_id"], root["scope"]) for root in me["roots"]] == \
        [(estate.id("alpha"), "subtree"), (estate.id("alpha_one"), "self")]
    assert me["roots"][0]["permissions"] == ["tenant:read", "user:read", "user:invite", "role:read", "grant:read",
                                             "session:read", "session:revoke", "credential:reset",
                                             "security_policy:read", "group:read", "user:unlock", "quota:read"]


def test_who_holds_nothing_has_no_roots(estate):
    assert estate.person("alpha_one").client.get("/v1/me").json()["roots"] == []


def test_a_machine_knows_itself(estate):
    me = estate.machine("alpha_one", "viewer").get("/v1/me").json()
    assert (me["kind"], me["tenant_id"]) == ("client", estate.id("alpha_one"))


def test_one_can_ask_what_one_may_do(estate):
    caller = estate.actor("alpha", "helpdesk")
    user = estate.new_user("alpha_sub_one")
    asked = [
        ("tenant:read", "tenant", estate.id("alpha"), True),
        ("user:invite", "user", user["id"], True),
        ("user:suspend", "user", user["id"], False),
        ("tenant:read", "tenant", estate.id("provider"), False),
        ("tenant:read", "tenant", estate.id("beta"), False),
        ("tenant:read", "tenant", "0190a5b8-7c4e-7000-8000-000000000000", False),
        ("tenant:read", "user", estate.id("alpha"), False),
        ("no:such", "tenant", estate.id("alpha"), False),
    ]
    checks = [{"action": action, "type": kind, "id": id} for action, kind, id, _ in asked]
    results = caller.post("/v1/me/can", {"checks": checks}).json()["results"]
    assert [result["allowed"] for result in results] == [allowed for *_, allowed in asked]


def test_what_is_put_below_a_tenant_takes_a_grant_that_reaches_there(estate):
    check = {"action": "tenant:create_customer", "type": "tenant", "id": estate.id("alpha")}
    for scope, allowed in (("subtree", True), ("self", False)):
        caller = estate.actor("alpha", "partner_admin", scope)
        assert caller.post("/v1/me/can", {"checks": [check]}).json()["results"] == [{"allowed": allowed}]
        status = 400 if allowed else 403  # with a body that is none, since nothing is to be made
        assert caller.post("/v1/tenants", {"parent_id": estate.id("alpha"), "kind": "planet", "name": "x"}, None).status_code == status


def test_what_is_over_may_be_read_and_restored_and_nothing_else(estate, admin):
    tenant = estate.new_tenant()
    admin.post(f"/v1/tenants/{tenant['id']}/terminate")
    checks = [{"action": action, "type": "tenant", "id": tenant["id"]}
              for action in ("tenant:read", "tenant:terminate", "tenant:update", "user:create")]
    results = admin.post("/v1/me/can", {"checks": checks}).json()["results"]
    assert [result["allowed"] for result in results] == [True, True, False, False]


@pytest.mark.parametrize("count, status", [(0, 400), (1, 200), (100, 200), (101, 400)])
def test_one_asks_up_to_a_hundred_questions(estate, count, status):
    check = {"action": "tenant:read", "type": "tenant", "id": estate.id("alpha")}
    reply = estate.actor("alpha", "viewer").post("/v1/me/can", {"checks": [check] * count}, status)
    if status == 200:
        assert len(reply.json()["results"]) == count


def test_a_malformed_question_is_named(estate):
    check = {"action": "tenant:read", "type": "tenant", "id": estate.id("alpha")}
    body = {"checks": [check, check | {"type": "planet"}]}
    problem = estate.actor("alpha", "viewer").problem("POST", "/v1/me/can", 400, "malformed", json=body)
    assert [error["field"] for error in problem["errors"]] == ["checks[1].type"]


def test_the_permissions_are_those_of_the_list(estate):
    items = estate.actor("alpha", "viewer").get("/v1/permissions").json()["items"]
    assert [item["name"] for item in items] == list(source.permissions().values())
    routed = {route.operation: route.permission for route in source.routes()}
    for item in items:
        assert item["operations"] == [name for name, permission in routed.items() if permission == item["name"]]
