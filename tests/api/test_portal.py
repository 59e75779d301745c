"""Two factors where somebody asks for them: of what is privileged, of everyone, of a portal; and how a session gets them."""
import contextlib
from datetime import datetime

import psycopg
import pytest

from support.client import code
from support.estate import unique

STEP_UP = "/v1/me/step-up"


@pytest.fixture(name="db")
def behind_every_wall(server):
    conninfo = (server.folder / "data/conninfo").read_text()
    with contextlib.closing(psycopg.connect(f"{conninfo} user=postgres", options="-c search_path=bailiwick,pg_temp",
                                            autocommit=True)) as connection:
        yield connection


@pytest.fixture(name="home")
def tenant_of_its_own(estate):
    """The name of a new customer, whose policy may be changed."""
    name = unique("portal")
    estate.tenants[name] = estate.new_tenant()
    return name


def ask_of(estate, home, **policy):
    estate.admin.client.patch(f"/v1/tenants/{estate.id(home)}/security-policy", policy)


def reuse_codes(db, person):
    """The code of this half minute is good again."""
    db.execute("UPDATE vault.totp SET last_step = 0 WHERE principal_id = %s", [person.id])


def age(db, person, seconds):
    """A token of the same session, whose second factor was proved earlier by so much."""
    db.execute("UPDATE session SET factor_at = factor_at - make_interval(secs => %s) WHERE id = %s", [seconds, person.session_id])
    renewed = person.client.other().post("/v1/token/refresh", {"refresh_token": person.refresh_token}).json()
    person.client.token, person.refresh_token = renewed["access_token"], renewed["refresh_token"]


def step_up(person, db):
    reuse_codes(db, person)
    return person.client.post(STEP_UP, {"code": code(person.secret)}).json()


def privileged(estate, home, caller, status):
    return caller.post(f"/v1/tenants/{estate.id(home)}/clients", {"display_name": unique("machine")}, status)


def test_a_privileged_action_asks_for_two_factors_where_the_policy_does(estate, home):
    person = estate.person(home, "customer_admin")
    privileged(estate, home, person.client, 201)
    ask_of(estate, home, second_factor="privileged")
    reply = privileged(estate, home, person.client, 403)
    problem = reply.json()
    assert (problem["code"], problem["step_up"], problem["acr_values"]) == ("step_up_required", "totp", "aal2")
    assert 'error="insufficient_user_authentication"' in reply.headers["WWW-Authenticate"]
    person.client.get(f"/v1/tenants/{estate.id(home)}/users")
    person.enrol()
    privileged(estate, home, person.client, 201)
    ask_of(estate, home, second_factor=None)


def test_a_policy_above_asks_too_and_one_beside_does_not(estate):
    partner, beside = estate.new_tenant("partner", estate.id("provider")), estate.new_tenant("partner", estate.id("provider"))
    names = []
    for parent in (partner, beside):
        name = unique("below")
        estate.tenants[name] = estate.new_tenant(parent=parent["id"])
        names.append(name)
    below, away = (estate.person(name, "customer_admin") for name in names)
    estate.admin.client.patch(f"/v1/tenants/{partner['id']}/security-policy", {"second_factor": "privileged"})
    privileged(estate, names[0], below.client, 403)
    privileged(estate, names[1], away.client, 201)


def test_the_list_of_permissions_shows_what_asks_for_a_factor(estate):
    items = estate.actor("alpha", "viewer").get("/v1/permissions").json()["items"]
    levels = {item["name"]: item["two_factors"] for item in items}
    assert levels["client:create"] == "privileged" and levels["user:read"] == "everyone"
    assert all(item["two_factors"] != "everyone" for item in items if item["privileged"])
    assert [name for name, level in levels.items() if level == "always"] == ["factor:reset"]


def test_what_always_takes_two_factors_takes_them_whatever_the_policy_says(estate, home, db):
    """Whoever stole a password does not take everybody's second factors away with it."""
    admin, person = estate.person(home, "customer_admin"), estate.person(home)
    path = f"/v1/users/{person.id}/reset-factors"
    assert admin.client.problem("POST", path, 403, "step_up_required")["step_up"] == "totp"
    privileged(estate, home, admin.client, 201)  # no other thing that is privileged
    admin.client.problem("POST", f"/v1/users/{estate.new_user('beta_one')['id']}/reset-factors", 404, "not_found")
    estate.person(home, "viewer").client.problem("POST", path, 403, "forbidden")
    admin.enrol().client.post(path)
    age(db, admin, 3000)
    admin.client.post(path)
    age(db, admin, 600)
    assert admin.client.problem("POST", path, 403, "step_up_required")["step_up"] == "totp"
    raised = admin.client.other(step_up(admin, db)["access_token"])
    raised.post(path)


def test_whoever_asks_what_they_may_is_told_what_a_factor_is_missing_for(estate, home):
    def may(client):
        checks = [{"action": action, "type": "tenant", "id": estate.id(home)}
                  for action in ("user:read", "client:create", "factor:reset", "tenant:create_partner")]
        return client.post("/v1/me/can", {"checks": checks}).json()["results"]
    yes, no, weak = {"allowed": True}, {"allowed": False}, {"allowed": False, "step_up": "totp"}
    admin = estate.person(home, "customer_admin")
    assert may(admin.client) == [yes, yes, weak, no]
    ask_of(estate, home, second_factor="privileged")
    assert may(admin.client) == [yes, weak, weak, no]
    assert may(admin.enrol().client) == [yes, yes, yes, no]


def test_who_lacks_the_permission_is_told_that_and_no_more(estate, home):
    ask_of(estate, home, second_factor="privileged")
    viewer = estate.person(home, "viewer")
    viewer.client.problem("POST", f"/v1/tenants/{estate.id(home)}/clients", 403, "forbidden", json={"display_name": "x"})
    viewer.client.problem("POST", f"/v1/tenants/{estate.id('beta_one')}/clients", 404, "not_found", json={"display_name": "x"})


def test_assurance_ages_out_and_a_code_renews_it(estate, home, db):
    """D13: the raised session is a new one, and nothing of the old one is left."""
    ask_of(estate, home, second_factor="privileged", factor_age=120)
    person = estate.person(home, "customer_admin").enrol()
    privileged(estate, home, person.client, 201)
    age(db, person, 60)
    privileged(estate, home, person.client, 201)
    age(db, person, 60)
    assert privileged(estate, home, person.client, 403).json()["step_up"] == "totp"
    person.client.get(f"/v1/tenants/{estate.id(home)}/users")
    before, = (item for item in person.client.pages("/v1/me/sessions") if item["current"])
    raised = step_up(person, db)
    assert raised["session_id"] != person.session_id
    person.client.get("/v1/me", 401)
    person.client.other().post("/v1/token/refresh", {"refresh_token": person.refresh_token}, 401)
    caller = person.client.other(raised["access_token"])
    privileged(estate, home, caller, 201)
    after, = caller.pages("/v1/me/sessions")
    assert after["current"] and after["strength"] == "two_factors" and after["expires_at"] <= before["expires_at"]
    caller.other().post("/v1/token/refresh", {"refresh_token": raised["refresh_token"]})


def come_by(person, portal, db=None):
    """A session of that portal."""
    reply = person.client.other().post("/v1/login", person.body(audience=portal)).json()
    if reply.get("pending") == "totp":
        reuse_codes(db, person)
        finish = {"pending_token": reply["pending_token"], "code": code(person.secret)}
        reply = person.client.other().post("/v1/login/totp", finish).json()
    person.client.token = reply["access_token"]
    person.refresh_token, person.session_id = reply["refresh_token"], reply["session_id"]
    return person


def test_each_portal_is_held_to_its_own_times(estate, home):
    ask_of(estate, home, session_time=10000, partner_session_time=5000, partner_session_idle_time=600, service_session_idle_time=1200)
    person = estate.person(home, log_in=False)
    spans = {}
    for portal in ("service", "partner"):
        current, = (item for item in come_by(person, portal).client.pages("/v1/me/sessions") if item["current"])
        assert current["audience"] == portal
        spans[portal] = [(datetime.fromisoformat(current[end]) - datetime.fromisoformat(current["created_at"])).total_seconds()
                         for end in ("idle_at", "expires_at")]
    assert spans["service"] == pytest.approx([1200, 10000], abs=2) and spans["partner"] == pytest.approx([600, 5000], abs=2)


def test_a_portal_s_time_that_is_tightened_ends_its_sessions_at_their_refresh(estate, home, db):
    person, other = estate.person(home, log_in=False), estate.person(home)
    come_by(person, "partner")
    db.execute("UPDATE session SET created_at = created_at - interval '10 minutes', refreshed_at = refreshed_at - interval '10 minutes',"
               " authenticated_at = authenticated_at - interval '10 minutes' WHERE id = ANY (%s)",
               [[person.session_id, other.session_id]])
    ask_of(estate, home, partner_session_idle_time=300)
    person.client.other().problem("POST", "/v1/token/refresh", 401, "unauthenticated", json={"refresh_token": person.refresh_token})
    other.client.other().post("/v1/token/refresh", {"refresh_token": other.refresh_token})


def test_a_portal_asks_for_two_factors_that_another_does_not(estate, home):
    """At its login, and of a session that was there before, from the next request on."""
    person = estate.person(home, "customer_admin", log_in=False)
    come_by(person, "partner")
    ask_of(estate, home, partner_second_factor="everyone")
    assert person.client.problem("GET", "/v1/tenants", 403, "step_up_required")["step_up"] == "totp"
    assert person.client.other().post("/v1/login", person.body(audience="partner")).json()["pending"] == "enroll"
    come_by(person, "service").client.get("/v1/tenants")
    ask_of(estate, home, partner_second_factor="privileged")
    privileged(estate, home, person.client, 201)
    assert person.client.other().post("/v1/login", person.body(audience="partner")).json()["pending"] == "enroll"


def test_a_factor_ages_faster_in_a_portal_that_says_so(estate, home, db):
    ask_of(estate, home, second_factor="privileged", factor_age=600, analytics_factor_age=120)
    person = estate.person(home, "customer_admin").enrol()
    age(db, person, 180)
    privileged(estate, home, person.client, 201)
    come_by(person, "analytics", db)
    privileged(estate, home, person.client, 201)
    age(db, person, 180)
    assert privileged(estate, home, person.client, 403).json()["step_up"] == "totp"
    privileged(estate, home, person.client.other(step_up(person, db)["access_token"]), 201)


def test_no_tenant_loosens_a_portal(estate, home):
    for holder in ("provider", home):
        path = f"/v1/tenants/{estate.id(holder)}/security-policy"
        for value in ("none", "privileged"):
            error, = estate.admin.client.problem("PATCH", path, 422, "out_of_bounds", json={"analytics_second_factor": value})["errors"]
            assert (error["field"], error["code"]) == ("analytics_second_factor", "out_of_range")
    person = estate.person(home, log_in=False)
    assert person.client.other().post("/v1/login", person.body(audience="analytics")).json()["pending"] == "enroll"


def test_a_wrong_or_spent_code_raises_nothing(estate, home, db):
    person = estate.person(home, "customer_admin").enrol()
    for wrong in ("000000", code(person.secret), "abc"):
        person.client.problem("POST", STEP_UP, 422, "code_wrong", json={"code": wrong})
    person.client.get("/v1/me")
    step_up(person, db)
    single = estate.person(home)
    single.client.problem("POST", STEP_UP, 422, "code_wrong", json={"code": "123456"})
    estate.machine(home).problem("POST", STEP_UP, 403, "forbidden", json={"code": "123456"})


def test_codes_of_a_step_up_are_counted(estate, home):
    person = estate.person(home).enrol()
    statuses = [person.client.call("POST", STEP_UP, json={"code": "000000"}).status_code for _ in range(12)]
    assert statuses[0] == 422 and statuses[-1] == 429


def test_touching_the_privileged_is_privileged(estate, home, db):
    """What a permission alone would not ask for: the one that is touched does."""
    ask_of(estate, home, second_factor="privileged", factor_age=60)
    chief, plain = estate.person(home, "customer_admin"), estate.new_user(home)
    person = estate.person(home, "customer_admin").enrol()
    age(db, person, 60)
    person.client.post(f"/v1/users/{plain['id']}/suspend")
    person.client.problem("POST", f"/v1/users/{chief.id}/suspend", 403, "step_up_required")
    person.client.problem("DELETE", f"/v1/users/{chief.id}/sessions", 403, "step_up_required")
    raised = step_up(person, db)
    person.client.other(raised["access_token"]).post(f"/v1/users/{chief.id}/suspend")


def test_a_session_of_one_factor_enrols_and_nothing_else_where_everyone_needs_two(estate, home):
    person = estate.person(home, "customer_admin")
    machine = estate.machine(home, "viewer")
    ask_of(estate, home, second_factor="everyone")
    own, nothing = estate.id(home), "0190a5b8-7c4e-7000-8000-000000000000"
    for method, path, body in (("GET", f"/v1/tenants/{own}", None), ("GET", f"/v1/tenants/{nothing}", None),
                               ("GET", "/v1/tenants", None), ("GET", "/v1/me/sessions", None), ("GET", "/v1/permissions", None),
                               ("DELETE", "/v1/me/sessions", None), ("POST", f"/v1/tenants/{own}/users", {"login": "x"}),
                               ("POST", "/v1/me/can", {"checks": [{"action": "user:read", "type": "tenant", "id": own}]}),
                               ("PUT", "/v1/me/password", {"current_password": "x", "new_password": "y"})):
        assert person.client.problem(method, path, 403, "step_up_required", json=body)["step_up"] == "totp"
    renewed = person.client.other().post("/v1/token/refresh", {"refresh_token": person.refresh_token}).json()
    person.client.token = renewed["access_token"]
    person.client.get("/v1/tenants", 403)
    assert person.client.get("/v1/me").json()["two_factors"] is False
    machine.get("/v1/tenants")
    person.enrol()
    person.client.get("/v1/tenants")
    assert person.client.get("/v1/me").json()["two_factors"] is True


def test_it_holds_from_the_next_request_and_ends_with_the_next(estate, home):
    person = estate.person(home, "viewer")
    for _ in range(5):
        ask_of(estate, home, second_factor="everyone")
        person.client.get("/v1/tenants", 403)
        ask_of(estate, home, second_factor=None)
        person.client.get("/v1/tenants")
    ask_of(estate, home, second_factor="everyone")
    person.client.post("/v1/logout", status=204)


def test_no_request_claims_a_factor(estate, home):
    ask_of(estate, home, second_factor="everyone")
    person = estate.person(home, "viewer", log_in=False)
    ask_of(estate, home, second_factor=None)
    person.log_in()
    ask_of(estate, home, second_factor="everyone")
    claims = {"X-Acr": "aal2", "Acr": "aal2", "X-Two-Factors": "true", "X-Strength": "2"}
    person.client.get("/v1/tenants", 403, headers=claims)
    person.client.get("/v1/tenants?acr=aal2", 403)
    body = {"code": "000000", "two_factors": True}
    person.client.problem("POST", STEP_UP, 400, "malformed", json=body)
