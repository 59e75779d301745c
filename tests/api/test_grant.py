"""Grants: who gives what to whom, and what nobody may give."""
import time
from datetime import datetime, timedelta, timezone

import pytest

from support.estate import unique


def moment(seconds):
    return (datetime.now(timezone.utc) + timedelta(seconds=seconds)).isoformat()


@pytest.fixture(name="user")
def new_user(estate):
    return estate.new_user("alpha_one")


def give(caller, estate, tenant, principal, role, status=201, **more):
    body = {"principal_id": principal, "role": role, "scope": "subtree", **more}
    return caller.post(f"/v1/tenants/{estate.id(tenant)}/grants", body, status).json()


def refused(caller, estate, tenant, principal, role, code, **more):
    body = {"principal_id": principal, "role": role, "scope": "subtree", **more}
    caller.problem("POST", f"/v1/tenants/{estate.id(tenant)}/grants", 422, code, json=body)


def test_a_grant_says_who_gave_what_to_whom(estate, user):
    giver = estate.person("alpha", "partner_admin")
    path = f"/v1/tenants/{estate.id('alpha_one')}/grants"
    body = {"principal_id": user["id"], "role_id": estate.role("viewer"), "scope": "self", "reason": "a try",
            "ticket": "CHG-1042", "not_before": moment(-5), "expires_at": moment(3600)}
    reply = giver.client.post(path, body, 201)
    grant = reply.json()
    assert (grant["principal_id"], grant["role"], grant["scope"], grant["reason"]) == (user["id"], "viewer", "self", "a try")
    assert grant["ticket"] == "CHG-1042"
    assert (grant["granted_by"], grant["tenant_id"]) == (giver.id, estate.id("alpha_one"))
    assert giver.client.get(reply.headers["Location"]).json() == grant
    assert grant in giver.client.pages(path) and grant in giver.client.pages(f"/v1/users/{user['id']}/grants")


def test_who_gave_it_from_above_is_not_named(estate, user):
    grant = estate.grant("alpha_one", user["id"], "viewer")
    assert grant["granted_by"] == estate.admin.id
    assert estate.actor("alpha_one", "auditor").get(f"/v1/grants/{grant['id']}").json()["granted_by"] is None


def test_a_grant_holds_from_the_next_request_and_its_end_too(estate, admin):
    person = estate.person("alpha_one")
    path = f"/v1/tenants/{estate.id('alpha_one')}"
    person.client.get(path, 404)
    grant = estate.grant("alpha_one", person.id, "viewer")
    person.client.get(path)
    admin.delete(f"/v1/grants/{grant['id']}")
    person.client.get(path, 404)
    admin.delete(f"/v1/grants/{grant['id']}", 404)


def test_the_same_grant_is_given_once(estate, user, admin):
    estate.grant("alpha_one", user["id"], "viewer")
    body = {"principal_id": user["id"], "role": "viewer", "scope": "subtree"}
    admin.problem("POST", f"/v1/tenants/{estate.id('alpha_one')}/grants", 409, "already_exists", json=body)


def test_nobody_gives_what_they_do_not_hold_there(estate, user):
    giver = estate.person("alpha", "viewer").client
    give_path = f"/v1/tenants/{estate.id('alpha_one')}/grants"
    giver.problem("POST", give_path, 403, "forbidden",
                  json={"principal_id": user["id"], "role": "viewer", "scope": "subtree"})
    customer_admin = estate.actor("alpha_one", "customer_admin")
    refused(customer_admin, estate, "alpha_one", user["id"], "provisioner", "ceiling")
    give(customer_admin, estate, "alpha_one", user["id"], "customer_admin")


def test_who_holds_it_for_one_tenant_gives_it_for_one(estate):
    giver = estate.actor("alpha", "partner_admin", "self")
    user = estate.new_user("alpha")
    refused(giver, estate, "alpha", user["id"], "viewer", "ceiling")
    give(giver, estate, "alpha", user["id"], "viewer", scope="self")


def test_nobody_gives_to_themselves(estate):
    person = estate.person("alpha_one", "customer_admin")
    refused(person.client, estate, "alpha_one", person.id, "viewer", "self_service")
    own = next(person.client.pages(f"/v1/users/{person.id}/grants"))
    person.client.problem("DELETE", f"/v1/grants/{own['id']}", 422, "self_service")


def test_a_grant_lies_within_its_principals_home(estate, user, admin):
    for tenant in ("alpha", "alpha_two", "beta_one", "provider"):
        refused(admin, estate, tenant, user["id"], "viewer", "outside_home")


@pytest.mark.parametrize("role, tenant", [("provider_admin", "alpha"), ("provider_admin", "alpha_one"),
                                          ("partner_admin", "alpha_one")])
def test_a_role_is_held_where_its_kind_of_tenant_is(estate, admin, role, tenant):
    refused(admin, estate, tenant, estate.new_user(tenant)["id"], role, "kind_ceiling")


def test_principals_that_are_not_seen_are_like_none(estate):
    giver = estate.actor("alpha", "partner_admin")
    foreign = estate.new_user("beta_one")
    problems = []
    for principal in (foreign["id"], estate.admin.id, "0190a5b8-7c4e-7000-8000-000000000000"):
        body = {"principal_id": principal, "role": "viewer", "scope": "subtree"}
        problem = giver.problem("POST", f"/v1/tenants/{estate.id('alpha_one')}/grants", 400, "malformed", json=body)
        problems.append(problem | {"request_id": ""})
    assert problems[0]["errors"][0]["field"] == "principal_id"
    assert problems[0] == problems[1] == problems[2]


@pytest.mark.parametrize("more, field", [
    ({"role": "no_such_role"}, "role"), ({"role_id": "0190a5b8-7c4e-7000-8000-000000000000"}, "role_id"),
    ({}, "role_id"), ({"role": "viewer", "role_id": "0190a5b8-7c4e-7000-8000-000000000000"}, "role_id"),
    ({"role": "viewer", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
    ({"role": "viewer", "not_before": "2031-01-01T00:00:00Z", "expires_at": "2030-01-01T00:00:00Z"}, "expires_at"),
    ({"role": "viewer", "expires_at": "tomorrow"}, "expires_at"), ({"role": "viewer", "expires_at": 1}, "expires_at"),
])
def test_what_is_wrong_is_named(estate, user, admin, more, field):
    body = {"principal_id": user["id"], "scope": "subtree", **more}
    problem = admin.problem("POST", f"/v1/tenants/{estate.id('alpha_one')}/grants", 400, "malformed", json=body)
    assert [error["field"] for error in problem["errors"]] == [field]


def test_a_grant_has_its_time(estate):
    person = estate.person("alpha_one")
    path = f"/v1/tenants/{estate.id('alpha_one')}"
    estate.grant("alpha_one", person.id, "viewer", not_before=moment(1.5), expires_at=moment(3))
    person.client.get(path, 404)
    time.sleep(1.7)
    person.client.get(path)
    time.sleep(1.5)
    person.client.get(path, 404)


def test_only_who_gives_privileges_takes_them(estate, admin):
    """A role of its own would be needed to hold grant:revoke without grant:assign_privileged: read alone shows 403."""
    person = estate.person("alpha_one", "customer_admin")
    grant = next(admin.pages(f"/v1/users/{person.id}/grants"))
    estate.actor("alpha_one", "helpdesk").problem("DELETE", f"/v1/grants/{grant['id']}", 403, "forbidden")
    estate.actor("beta", "partner_admin").problem("DELETE", f"/v1/grants/{grant['id']}", 404, "not_found")


def test_a_terminated_user_gets_nothing(estate, admin):
    user = estate.new_user("alpha_one", unique("gone"))
    admin.post(f"/v1/users/{user['id']}/terminate")
    refused(admin, estate, "alpha_one", user["id"], "viewer", "wrong_state")


def gone(estate, kind):
    """(path, what ends it) of somebody at home at alpha."""
    if kind == "user":
        path = f"/v1/users/{estate.new_user('alpha')['id']}"
        return path, lambda caller: caller.post(f"{path}/terminate")
    path = f"/v1/clients/{estate.new_machine('alpha')[0]['id']}"
    return path, lambda caller: caller.delete(path)


@pytest.mark.parametrize("kind", ["user", "client"])
def test_a_grant_that_goes_with_its_holder_is_revoked_where_it_stood(estate, admin, kind):
    path, end = gone(estate, kind)
    places = {name: estate.grant(name, path.split("/")[-1], "viewer") for name in ("alpha", "alpha_one", "alpha_two")}
    boss = estate.person("alpha", "partner_admin")
    reply = end(boss.client)
    for name, grant in places.items():
        made, = admin.pages(f"/v1/tenants/{estate.id(name)}/audit", object_id=grant["id"], action="createGrant")
        event, = admin.pages(f"/v1/tenants/{estate.id(name)}/audit", object_id=grant["id"], action="revokeGrant")
        assert event["before"] == made["after"] | {"granted_by": None} and event["after"] is None  # given from above its ender
        assert (event["actor"]["id"], event["request_id"]) == (boss.id, reply.headers["X-Request-Id"])
        admin.get(f"/v1/grants/{grant['id']}", 404)
    path = f"/v1/tenants/{estate.id('alpha_one')}/audit"
    seen, = estate.actor("alpha_one", "auditor").pages(path, object_id=places["alpha_one"]["id"], action="revokeGrant")
    assert (seen["actor"]["kind"], seen["before"]["principal_id"]) == ("partner operator", None)


def test_a_grant_outside_of_what_who_ends_its_holder_sees_stays_and_gives_nothing(estate, admin):
    """It is then for those to take away who see it."""
    person = estate.person("alpha", "viewer", at="alpha_one")
    grant, = admin.pages(f"/v1/users/{person.id}/grants")
    estate.actor("alpha", "partner_admin", "self").post(f"/v1/users/{person.id}/terminate")
    person.client.get(f"/v1/tenants/{estate.id('alpha_one')}", 401)
    assert admin.get(f"/v1/grants/{grant['id']}").json() == grant
    estate.actor("alpha_one", "customer_admin").delete(f"/v1/grants/{grant['id']}")


def test_what_a_deleted_client_held_outside_of_what_its_ender_sees_is_revoked_where_it_stood(estate, admin):
    """It goes with the client; whoever deletes it is told nothing of it, and who sees the place is."""
    machine, _ = estate.new_machine("alpha")
    grant = estate.grant("alpha_one", machine["id"], "viewer")
    ender = estate.actor("alpha", "partner_admin", "self")
    with_none, _ = estate.new_machine("alpha")
    replies = [ender.delete(f"/v1/clients/{client['id']}") for client in (machine, with_none)]
    varying = {"Policy-Revision", "X-Request-Id", "Date"}
    assert len({tuple(sorted((k, v) for k, v in reply.headers.items() if k not in varying)) for reply in replies}) == 1
    event, = admin.pages(f"/v1/tenants/{estate.id('alpha_one')}/audit", object_id=grant["id"], action="revokeGrant")
    assert (event["outcome"], event["request_id"]) == ("done", replies[0].headers["X-Request-Id"])
    assert list(ender.pages(f"/v1/tenants/{estate.id('alpha')}/audit", object_id=grant["id"])) == []


def test_a_machine_can_be_given_roles(estate):
    machine, _ = estate.new_machine("alpha_one")
    assert estate.grant("alpha_one", machine["id"], "viewer")["principal_id"] == machine["id"]


@pytest.mark.parametrize("role", ["customer_admin", "partner_admin", "helpdesk"])
def test_no_machine_is_given_power_over_authentication_or_privileges(estate, admin, role):
    """DOMAIN.md 4.1 rule 5."""
    machine, _ = estate.new_machine("alpha")
    refused(admin, estate, "alpha", machine["id"], role, "not_for_machines")
    only = {row["name"] for row in admin.get("/v1/permissions").json()["items"] if row["for_people_only"]}
    assert {"client:update", "grant:assign_privileged", "credential:reset"} <= only
    assert not only & {"user:create", "tenant:create_customer", "import:run", "grant:assign"}


def test_a_list_is_of_one_tenant_or_its_subtree(estate, admin, user):
    grant = estate.grant("alpha_one", user["id"], "viewer")
    path = f"/v1/tenants/{estate.id('alpha')}/grants"
    assert grant["id"] not in [g["id"] for g in admin.pages(path)]
    assert grant["id"] in [g["id"] for g in admin.pages(path, scope="subtree")]


def listed(caller, estate, tenant="alpha", **asked):
    return [g["id"] for g in caller.pages(f"/v1/tenants/{estate.id(tenant)}/grants", scope="subtree", limit=2, **asked)]


def test_a_list_is_of_one_holder(estate, admin, user):
    held = [estate.grant("alpha_one", user["id"], role)["id"] for role in ("viewer", "auditor", "helpdesk")]
    estate.grant("alpha_one", estate.new_user()["id"], "viewer")
    machine, _ = estate.new_machine("alpha_one", "viewer")
    assert listed(admin, estate, principal_id=user["id"]) == held
    assert len(listed(admin, estate, principal_id=machine["id"])) == 1
    assert listed(admin, estate, "alpha_two", principal_id=user["id"]) == []


def test_a_list_is_of_one_role(estate, admin, user):
    path = f"/v1/tenants/{estate.id('alpha')}/roles"
    role = admin.post(path, {"name": unique("role"), "permissions": ["tenant:read"]}, 201).json()
    given = {estate.grant(place, holder["id"], role["name"])["id"]
             for place, holder in (("alpha_one", user), ("alpha_two", estate.new_user("alpha_two")))}
    estate.grant("alpha_one", user["id"], "viewer")
    assert set(listed(admin, estate, role_id=role["id"])) == given
    assert len(listed(admin, estate, "alpha_one", role_id=role["id"], principal_id=user["id"])) == 1


def test_a_list_is_of_what_ends_soon(estate, admin, user):
    """What is over already has ended, and what never ends does not."""
    ends = {role: estate.grant("alpha_one", user["id"], role, expires_at=moment(seconds))["id"]
            for role, seconds in (("viewer", 1.5), ("auditor", 3600), ("helpdesk", 7200))}
    estate.grant("alpha_one", user["id"], "provisioner")
    time.sleep(1.6)
    assert listed(admin, estate, principal_id=user["id"], expires_before=moment(5400)) == [ends["auditor"]]
    assert listed(admin, estate, principal_id=user["id"], expires_before=moment(9000)) == [ends["auditor"], ends["helpdesk"]]


def test_a_filter_by_what_is_not_seen_is_a_filter_by_nothing(estate, admin):
    """A holder from above is not named in the list, and so not found by it."""
    boss, foreign = estate.person("alpha", "viewer", at="alpha_one"), estate.new_user("beta_one")
    estate.grant("beta_one", foreign["id"], "viewer")
    role = admin.post(f"/v1/tenants/{estate.id('beta')}/roles", {"name": unique("role"), "permissions": ["tenant:read"]}, 201).json()
    caller, path = estate.actor("alpha_one", "auditor"), f"/v1/tenants/{estate.id('alpha_one')}/grants"
    nothing = "0190a5b8-7c4e-7000-8000-000000000000"
    for asked in ({"principal_id": boss.id}, {"principal_id": foreign["id"]}, {"role_id": role["id"]}, {"principal_id": nothing},
                  {"role_id": nothing}):
        assert caller.get(path, params=asked).json() == {"items": [], "next_cursor": None}
    assert len(listed(admin, estate, "alpha_one", principal_id=boss.id)) == 1


@pytest.mark.parametrize("asked", [{"principal_id": "me"}, {"role_id": "viewer"}, {"expires_before": "soon"}])
def test_a_filter_that_is_none_is_named(estate, admin, asked):
    problem = admin.problem("GET", f"/v1/tenants/{estate.id('alpha')}/grants", 400, "malformed", params=asked)
    assert [error["field"] for error in problem["errors"]] == list(asked)


def test_the_last_who_runs_a_tenant_is_told_apart(estate, admin):
    """By anyone inside it; who stands above may. domain/admin.h says who is the last."""
    tenant = estate.new_tenant()
    estate.tenants["kept"] = tenant
    last, warden = estate.person("kept", "customer_admin"), estate.person("kept")
    body = {"name": unique("warden"), "permissions": ["tenant:read", "user:suspend", "user:terminate", "grant:read", "grant:revoke",
                                                      "grant:assign_privileged"]}
    role = admin.post(f"/v1/tenants/{tenant['id']}/roles", body, 201).json()
    admin.post(f"/v1/tenants/{tenant['id']}/grants", {"principal_id": warden.id, "role_id": role["id"], "scope": "subtree"}, 201)
    grant, = admin.pages(f"/v1/users/{last.id}/grants")
    for method, path in (("DELETE", f"/v1/grants/{grant['id']}"), ("POST", f"/v1/users/{last.id}/suspend"),
                         ("POST", f"/v1/users/{last.id}/terminate")):
        warden.client.problem(method, path, 422, "last_admin")
    partner = estate.actor("alpha", "partner_admin")
    partner.post(f"/v1/users/{last.id}/suspend")
    partner.post(f"/v1/users/{last.id}/resume")
    estate.grant("kept", estate.person("kept").id, "customer_admin")
    warden.client.delete(f"/v1/grants/{grant['id']}")
