"""Audit: every change once, refusals counted, no secrets, and nobody from above by name."""
import hashlib
import json
import time

import pytest

from support.estate import PASSWORD, unique


def events(caller, tenant_id, **query):
    return list(caller.pages(f"/v1/tenants/{tenant_id}/audit", **query))


def soon(find, seconds=10):
    """Refusals are written by a thread of their own."""
    deadline = time.monotonic() + seconds
    while not (found := find()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


@pytest.fixture(name="customer")
def new_customer(estate):
    estate.tenants["audited"] = estate.new_tenant()
    return estate.tenants["audited"]


def test_a_change_writes_one_event(estate, customer, admin):
    before = events(admin, customer["id"])
    reply = admin.patch(f"/v1/tenants/{customer['id']}", {"name": "Renamed", "external_id": "x"},
                        headers={"X-Request-Id": unique("request")})
    event, *rest = events(admin, customer["id"])
    assert rest == before
    assert (event["action"], event["outcome"], event["object_kind"]) == ("updateTenant", "done", "tenant")
    assert event["object_id"] == event["tenant_id"] == customer["id"]
    assert event["actor"] == {"kind": "user", "id": estate.admin.id, "tenant_id": estate.admin.tenant_id}
    assert event["before"] == {"name": customer["name"], "external_id": None}
    assert event["after"] == {"name": "Renamed", "external_id": "x"}
    assert event["request_id"] == reply.headers["X-Request-Id"] and event["address"] == admin.address


def test_a_member_that_is_too_long_is_shortened_and_says_so(estate, customer, admin):
    """It takes a bounded room, and two that begin alike are told apart."""
    short, first, second = ["a"], ["\U0001F4DE" * 256] * 32, ["\U0001F4DE" * 256] * 31
    user = estate.new_user("audited", dialling_addresses=short)
    for addresses in (first, second):
        admin.patch(f"/v1/users/{user['id']}", {"dialling_addresses": addresses, "email": f"{len(addresses)}@example.com"})

    def kept(addresses):
        whole = json.dumps(addresses, ensure_ascii=False, separators=(",", ":"))
        return {"shortened": True, "bytes": len(whole.encode()), "sha256": hashlib.sha256(whole.encode()).hexdigest(),
                "begins": whole[:1000]}
    newer, older = events(admin, customer["id"], action="updateUser")
    assert older["before"] == {"dialling_addresses": short, "email": None}
    assert older["after"] == {"dialling_addresses": kept(first), "email": "32@example.com"}
    assert newer["before"] == older["after"]
    assert newer["after"] == {"dialling_addresses": kept(second), "email": "31@example.com"}


def test_every_change_is_in_it(estate, customer, admin):
    user = estate.new_user("audited")
    grant = estate.grant("audited", user["id"], "viewer")
    estate.invite(user["id"])
    admin.post(f"/v1/users/{user['id']}/suspend")
    admin.post(f"/v1/users/{user['id']}/resume")
    admin.patch(f"/v1/users/{user['id']}", {"email": "a@example.com"})
    admin.delete(f"/v1/grants/{grant['id']}")
    admin.post(f"/v1/users/{user['id']}/terminate")
    machine, _ = estate.new_machine("audited")  # with its first secret: two events
    admin.patch(f"/v1/clients/{machine['id']}", {"display_name": "x"})
    admin.delete(f"/v1/clients/{machine['id']}")
    admin.post(f"/v1/tenants/{customer['id']}/suspend", {"reach": "staff"})
    admin.post(f"/v1/tenants/{customer['id']}/resume")
    assert [event["action"] for event in reversed(events(admin, customer["id"]))] == [
        "createTenant", "createUser", "createGrant", "inviteUser", "suspendUser", "resumeUser", "updateUser", "revokeGrant",
        "terminateUser", "createClient", "createClient", "updateClient", "deleteClient", "suspendTenant", "resumeTenant"]


def test_what_people_do_themselves_is_in_it(estate, customer, admin):
    person = estate.person("audited", "viewer")
    person.client.other().post("/v1/token/refresh", {"refresh_token": person.refresh_token})
    person.client.put("/v1/me/password", {"current_password": PASSWORD, "new_password": "an entirely different one"})
    found = {event["action"] for event in events(admin, customer["id"], actor_id=person.id)}
    assert {"acceptInvitation", "login", "refreshToken", "changeMyPassword"} <= found


def test_it_holds_no_secret(estate, customer, admin):
    person = estate.person("audited", "viewer").enrol()
    machine, secret = estate.new_machine("audited")
    token = estate.reset(person.id)
    person.client.other().post("/v1/login", person.body() | {"password": "not the one that it is"}, 401)
    text = admin.get(f"/v1/tenants/{customer['id']}/audit", params={"limit": 200}).text
    for hidden in (PASSWORD, "not the one", secret, token, person.secret, person.client.token, person.refresh_token):
        assert hidden not in text
    assert machine["id"] in text


def test_who_is_above_is_told_by_what_they_are(estate, customer, admin):
    auditor = estate.person("audited", "auditor").client
    admin.patch(f"/v1/tenants/{customer['id']}", {"name": "Renamed"}, headers={"X-Request-Id": unique("request")})
    event = events(auditor, customer["id"])[0]
    assert event["actor"]["kind"] == "provider operator" and event["address"] is None
    again = events(auditor, customer["id"], action="createUser")[0]
    assert again["actor"] == event["actor"]
    estate.tenants["audited_too"] = estate.new_tenant()
    other = events(estate.person("audited_too", "auditor").client, estate.id("audited_too"))[-1]["actor"]
    assert other["kind"] == "provider operator" and other["pseudonym"] != event["actor"]["pseudonym"]
    text = auditor.get(f"/v1/tenants/{customer['id']}/audit", params={"limit": 200}).text
    for hidden in (estate.admin.id, estate.admin.tenant_id, estate.id("alpha"), admin.address):
        assert f'"{hidden}"' not in text


def test_whom_one_is_not_told_one_does_not_find(estate, customer, admin):
    auditor = estate.person("audited", "auditor").client
    assert events(admin, customer["id"], actor_id=estate.admin.id)
    assert events(auditor, customer["id"], actor_id=estate.admin.id) == []


def test_refusals_are_counted_together(estate, admin):
    person = estate.person("alpha_two", "viewer")
    path = f"/v1/tenants/{estate.id('alpha_two')}"
    for _ in range(3):
        person.client.call("PATCH", path, 403, json={"name": "x"})

    def find():
        found = events(admin, estate.id("alpha_two"), outcome="refused", actor_id=person.id)
        return found if sum(event["count"] for event in found) == 3 else []
    found = soon(find, 70)
    assert {(event["action"], event["reason"]) for event in found} == {("updateTenant", "forbidden")}


def test_a_foreign_target_is_recorded_as_it_was_asked_for(estate, admin):
    """In the caller's own tenant, by the id alone: nothing of whose it is."""
    person = estate.person("alpha_two", "customer_admin")
    person.client.get(f"/v1/tenants/{estate.id('beta')}", 404)
    found = soon(lambda: events(admin, estate.id("alpha_two"), outcome="refused", actor_id=person.id))
    assert [(e["action"], e["reason"], e["object_id"]) for e in found] == [("getTenant", "not_found", estate.id("beta"))]
    assert events(admin, estate.id("beta"), outcome="refused", actor_id=person.id) == []


def test_a_failed_login_is_recorded_at_its_tenant(estate, customer, admin):
    person = estate.person("audited", log_in=False)
    person.client.other().post("/v1/login", person.body() | {"password": "not the one that it is"}, 401)
    found = soon(lambda: events(admin, customer["id"], outcome="refused", action="login"))
    assert (found[0]["reason"], found[0]["actor"]["kind"]) == ("login_failed", "anonymous")


def test_filters_narrow_it(estate, customer, admin):
    user = estate.new_user("audited")
    whole = events(admin, customer["id"])
    assert [e["id"] for e in events(admin, customer["id"], object_id=user["id"])] == [whole[0]["id"]]
    assert [e["action"] for e in events(admin, customer["id"], action="createTenant")] == ["createTenant"]
    assert events(admin, customer["id"], **{"from": whole[0]["at"]}) == whole[:1]
    assert events(admin, customer["id"], to=whole[0]["at"]) == whole[1:]
    assert [e["id"] for e in admin.pages(f"/v1/tenants/{customer['id']}/audit", 1)] == [e["id"] for e in whole]


def test_it_takes_a_permission_of_its_own(estate):
    estate.actor("alpha_one", "viewer").problem("GET", f"/v1/tenants/{estate.id('alpha_one')}/audit", 403, "forbidden")
    estate.actor("alpha_one", "auditor").problem("GET", f"/v1/tenants/{estate.id('alpha')}/audit", 404, "not_found")
