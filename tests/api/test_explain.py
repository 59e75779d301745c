"""May somebody do something, and why: the decision, the grant it stands on, and the nearest misses."""
import itertools

import pytest

from support.estate import unique
from test_grant import moment

NOBODY = "0190a5b8-7c4e-7000-8000-000000000000"


def explained(caller, principal, action, thing, type="tenant", **more):
    return caller.post("/v1/explain", {"principal_id": principal, "action": action, "type": type, "id": thing, **more}).json()


def test_yes_names_the_grant_it_stands_on(estate, admin):
    person = estate.person("alpha", "partner_admin")
    said = explained(admin, person.id, "user:create", estate.id("alpha_one"))
    assert (said["allowed"], said["reason"], said["tenant_id"]) == (True, "granted", estate.id("alpha_one"))
    assert said["principal"] == {"id": person.id, "kind": "user", "tenant_id": estate.id("alpha")}
    chain, = said["chains"]
    assert (chain["verdict"], chain["role"]["name"], chain["inherited"]) == ("gives", "partner_admin", True)
    assert chain["grant"] == next(admin.pages(f"/v1/users/{person.id}/grants"))


def test_what_is_asked_about_stands_in_its_tenant(estate, admin):
    person = estate.person("alpha_one", "helpdesk")
    user = estate.new_user("alpha_one")
    assert explained(admin, person.id, "user:read", user["id"], "user")["allowed"]
    said = explained(admin, person.id, "user:terminate", user["id"], "user")
    assert (said["allowed"], said["reason"], said["chains"][0]["verdict"]) == (False, "no_permission", "lacks")


def test_no_names_the_nearest_misses(estate, admin):
    user = estate.new_user("alpha_one")
    early = estate.grant("alpha_one", user["id"], "customer_admin", not_before=moment(3600), expires_at=moment(7200))
    lacking = estate.grant("alpha_one", user["id"], "viewer")
    admin.post(f"/v1/users/{user['id']}/invite", status=201)
    place = estate.id("alpha_one")
    asked = lambda **more: explained(admin, user["id"], "user:create", place, **more)
    assert [(c["verdict"], c["grant"]["id"]) for c in asked()["chains"]] == [("early", early["id"]), ("lacks", lacking["id"])]
    assert [c["verdict"] for c in asked(at=moment(5000))["chains"]] == ["gives", "lacks"]
    assert [c["verdict"] for c in asked(at=moment(8000))["chains"]] == ["expired", "lacks"]
    assert asked(at=moment(5000))["reason"] == "subject_invited"


def test_who_may_not_act_is_told_why(estate, admin):
    tenant = estate.new_tenant(name=unique("shut"))
    estate.tenants[tenant["name"]] = tenant
    person = estate.person(tenant["name"], "customer_admin")
    asked = lambda: (lambda said: (said["allowed"], said["reason"], said["chains"][0]["verdict"]))(
        explained(admin, person.id, "user:read", tenant["id"]))
    assert asked() == (True, "granted", "gives")
    admin.post(f"/v1/tenants/{tenant['id']}/suspend", {"reach": "staff"})
    assert asked() == (False, "tenant_suspended", "gives")
    admin.post(f"/v1/tenants/{tenant['id']}/resume")
    admin.post(f"/v1/users/{person.id}/suspend")
    assert asked() == (False, "subject_suspended", "gives")
    admin.post(f"/v1/users/{person.id}/terminate")
    said = explained(admin, person.id, "user:read", tenant["id"])
    assert (said["allowed"], said["reason"], said["chains"]) == (False, "subject_terminated", [])


def test_a_second_factor_that_is_needed_besides_is_told(estate, admin):
    person = estate.person("alpha_one", "customer_admin")
    needs = lambda action: explained(admin, person.id, action, estate.id("alpha_one"))["needs_two_factors"]
    assert needs("factor:reset") and not needs("user:read")
    tenant = estate.new_tenant(name=unique("strict"))
    estate.tenants[tenant["name"]] = tenant
    user = estate.new_user(tenant["name"])
    asked = lambda action: explained(admin, user["id"], action, tenant["id"])["needs_two_factors"]
    assert not asked("grant:assign")
    admin.patch(f"/v1/tenants/{tenant['id']}/security-policy", {"second_factor": "privileged"})
    assert asked("grant:assign") and not asked("user:read")
    admin.patch(f"/v1/tenants/{tenant['id']}/security-policy", {"second_factor": "everyone"})
    assert asked("user:read")


def test_it_says_what_the_decision_says(estate, admin):
    """Everybody about everything, each asked themselves."""
    people = [estate.person("alpha", "viewer"), estate.person("alpha", "partner_admin", "self"), estate.person("alpha_one", "helpdesk"),
              estate.person("alpha", "customer_admin", at="alpha_two")]
    places = [estate.id(name) for name in ("provider", "alpha", "alpha_one", "alpha_two", "beta")]
    actions = ("tenant:read", "user:create", "audit:read")
    for person in people:
        asked = list(itertools.product(actions, places))
        checks = [{"action": action, "type": "tenant", "id": place} for action, place in asked]
        told = [r["allowed"] for r in person.client.post("/v1/me/can", {"checks": checks}).json()["results"]]
        said = [explained(admin, person.id, action, place) for action, place in asked]
        assert [s["allowed"] for s in said] == told
        assert all((s["chains"] != [] and s["chains"][0]["verdict"] == "gives") == s["allowed"] for s in said)


def test_what_is_outside_is_as_if_it_were_not(estate):
    """Of the thing and of the subject alike; somebody at home above is like nobody."""
    caller, own = estate.actor("alpha_one", "customer_admin"), estate.new_user("alpha_one")["id"]
    boss, foreign = estate.person("alpha", "viewer", at="alpha_one"), estate.new_user("beta_one")["id"]
    here = estate.id("alpha_one")

    def refused(status, code, principal, thing, type="tenant"):
        body = {"principal_id": principal, "action": "user:read", "type": type, "id": thing}
        return caller.problem("POST", "/v1/explain", status, code, json=body) | {"request_id": ""}

    things = [(estate.id("beta_one"), "tenant"), (estate.id("alpha"), "tenant"), (foreign, "user"), (NOBODY, "user"), (NOBODY, "tenant")]
    assert len({str(refused(404, "not_found", own, *thing)) for thing in things}) == 1
    assert len({str(refused(400, "malformed", who, here)) for who in (boss.id, foreign, NOBODY)}) == 1


def test_who_holds_it_at_several_places_asks_at_each(estate):
    manager = estate.person("alpha", "customer_admin", at="alpha_one")
    estate.grant("alpha_two", manager.id, "customer_admin")
    for name in ("alpha_one", "alpha_two"):
        user = estate.new_user(name)
        assert explained(manager.client, user["id"], "user:read", estate.id(name))["reason"] == "subject_invited"


def test_who_may_not_ask_is_refused(estate):
    user = estate.new_user("alpha_one")
    body = {"principal_id": user["id"], "action": "user:read", "type": "tenant", "id": estate.id("alpha_one")}
    estate.actor("alpha_one", "viewer").problem("POST", "/v1/explain", 403, "forbidden", json=body)


@pytest.mark.parametrize("more, field", [({"action": "door:open"}, "action"), ({"type": "door"}, "type"), ({"at": "now"}, "at")])
def test_what_is_no_question_is_named(estate, admin, more, field):
    body = {"principal_id": estate.admin.id, "action": "user:read", "type": "tenant", "id": estate.id("alpha"), **more}
    problem = admin.problem("POST", "/v1/explain", 400, "malformed", json=body)
    assert [error["field"] for error in problem["errors"]] == [field]
