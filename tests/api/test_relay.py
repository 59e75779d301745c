"""A portal's backend states whose address it asks for: only as a client that may, and only for people where it may."""
import time

import pytest

from support.client import code
from support.estate import unique

WRONG = "not the one that it is"
HOME = "203.0.113.50"


@pytest.fixture(scope="module", name="portal")
def backend_of_a_partner(estate):
    """Relays for everybody below alpha."""
    return estate.machine("alpha", "portal")


@pytest.fixture(name="person")
def somebody_of_the_partners_customer(estate):
    return estate.person("alpha_one", "viewer", log_in=False)


def login(caller, person, status=200, address=HOME, **more):
    return caller.post("/v1/login", person.body(client_address=address, **more), status)


def addresses(estate, person):
    """From where the person signed in, newest first, by the audit."""
    events = estate.admin.client.get(f"/v1/tenants/{person.tenant_id}/audit", params={"limit": 200}).json()["items"]
    return [event["address"] for event in events if event["action"] in ("login", "refreshToken", "loginTotp")
            and event["outcome"] == "done"]


def test_the_stated_address_is_the_persons(estate, portal, person):
    login(portal, person, address="::ffff:203.0.113.50")
    assert addresses(estate, person)[0] == HOME


def refused(estate, person):
    """The newest refusal of the person, once it is written."""
    path = f"/v1/tenants/{person.tenant_id}/audit"
    for _ in range(200):
        events = estate.admin.client.get(path, params={"outcome": "refused", "object_id": person.id}).json()["items"]
        if events:
            return events[0]
        time.sleep(0.1)
    raise AssertionError("no refusal is written")


def test_a_refusal_is_recorded_where_the_person_was_with_who_says_so(estate, portal, person):
    login(portal, person, 401, address="198.51.100.99", password=WRONG)
    event = refused(estate, person)
    assert (event["address"], event["after"]) == ("198.51.100.99", {"relayed_by": portal.get("/v1/me").json()["id"]})
    assert (event["actor"]["kind"], event["reason"], event["object_id"]) == ("anonymous", "login_failed", person.id)


def test_people_behind_one_portal_are_counted_by_their_own_addresses(portal, person, estate):
    other = estate.person("alpha_two", log_in=False)
    for _ in range(5):
        login(portal, person, 401, address="198.51.100.66", password=WRONG)
    login(portal, person, 429, address="198.51.100.66", password=WRONG)
    login(portal, person, address="198.51.100.67")
    login(portal, other, address="198.51.100.66")


def test_every_step_takes_it(estate, portal, person):
    person.log_in().enrol()
    pending = login(portal, person).json()["pending_token"]
    body = {"pending_token": pending, "code": "000000", "client_address": HOME}
    assert portal.post("/v1/login/totp", body, None).status_code == 401
    session = portal.post("/v1/login/totp", body | {"code": code(person.secret, 1)}, None)
    if session.status_code == 200:  # the next step's code is good only while the clock is near it
        refreshed = {"refresh_token": session.json()["refresh_token"], "client_address": "203.0.113.51"}
        portal.post("/v1/token/refresh", refreshed)
        assert addresses(estate, person)[:2] == ["203.0.113.51", HOME]


@pytest.mark.parametrize("address", ["nonsense", "203.0.113.1:80", "[::1]", "203.0.113.1, 203.0.113.2", "203.0.113.0/24"])
def test_what_is_no_address_is_refused(portal, person, address):
    problem = login(portal, person, 400, address=address).json()
    assert [error["field"] for error in problem["errors"]] == ["client_address"]


def test_nobodys_word_is_believed_but_a_portals(estate, portal, person, anonymous):
    """Nor is it quietly left out: nothing is tried, and no attempt is counted."""
    plain, admin = estate.machine("alpha", "viewer"), estate.actor("alpha", "partner_admin")
    for caller in (anonymous, plain, admin):
        for _ in range(12):
            assert login(caller, person, 403).json()["code"] == "forbidden"
    login(anonymous.other("bw1_nonsense"), person, 401)
    login(portal, person)
    assert HOME in addresses(estate, person)


def test_a_portal_relays_for_its_own_subtree_alone(estate, portal):
    """A tenant elsewhere is answered like none."""
    foreign = estate.person("beta_one", log_in=False)
    answers = []
    for body in (foreign.body(), foreign.body(tenant="none-of-ours"), foreign.body(login=unique("nobody")),
                 foreign.body(password=WRONG)):
        reply = portal.post("/v1/login", body | {"client_address": HOME}, 403)
        answers.append({name: value for name, value in reply.json().items() if name != "request_id"})
    assert all(answer == answers[0] for answer in answers)
    assert HOME not in addresses(estate, foreign)


def test_a_token_of_somebody_elsewhere_is_neither_spent_nor_told_of(estate, portal):
    foreign = estate.person("beta_one")
    body = {"refresh_token": foreign.refresh_token, "client_address": HOME}
    portal.problem("POST", "/v1/token/refresh", 403, "forbidden", json=body)
    foreign.client.other().post("/v1/token/refresh", {"refresh_token": foreign.refresh_token})
    foreign.log_in().enrol()
    pending = foreign.client.other().post("/v1/login", foreign.body()).json()["pending_token"]
    body = {"pending_token": pending, "code": "000000", "client_address": HOME}
    portal.problem("POST", "/v1/login/totp", 403, "forbidden", json=body)


def test_a_spent_token_of_somebody_elsewhere_is_no_more_told_of(estate, portal):
    """Neither that it was just spent, nor, later, by the end of the session."""
    foreign = estate.person("beta_one")
    spent = {"refresh_token": foreign.refresh_token}
    session = foreign.client.other().post("/v1/token/refresh", spent).json()
    portal.problem("POST", "/v1/token/refresh", 403, "forbidden", json=spent | {"client_address": HOME})
    estate.server.sql(f"""UPDATE vault.refresh SET used_at = used_at - interval '1 minute'
                           WHERE session_id = '{session["session_id"]}' AND used_at IS NOT NULL""")
    portal.problem("POST", "/v1/token/refresh", 403, "forbidden", json=spent | {"client_address": HOME})
    foreign.client.other(session["access_token"]).get("/v1/me")


def test_a_portal_that_may_no_longer_is_refused_from_the_next_login(estate, person):
    portal = estate.machine("alpha_one")
    me = portal.get("/v1/me").json()
    login(portal, person, 403)
    grant = estate.grant("alpha_one", me["id"], "portal")
    login(portal, person)
    estate.admin.client.delete(f"/v1/grants/{grant['id']}")
    login(portal, person, 403)


def test_a_token_is_good_by_the_address_that_was_stated_and_from_where_the_portal_is(estate):
    """In every request after, which comes from the portal's backend, and of a session that goes on from it."""
    home = estate.new_tenant()
    estate.tenants[home["name"]] = home
    person, portal = estate.person(home["name"], "viewer", log_in=False), estate.machine("alpha", "portal")
    person.log_in().enrol()
    policy = f"/v1/tenants/{home['id']}/security-policy"
    estate.admin.client.patch(policy, {"networks": ["203.0.113.0/24"]})
    pending = login(portal, person).json()["pending_token"]
    recovery = {"pending_token": pending, "code": person.recovery_codes[0], "client_address": HOME}
    session = portal.post("/v1/login/recovery", recovery).json()
    caller = portal.other(session["access_token"])
    caller.get("/v1/me")
    raised = caller.post("/v1/me/step-up", {"code": person.recovery_codes[1]}).json()
    caller = portal.other(raised["access_token"])
    caller.get("/v1/me")
    events = estate.admin.client.get(f"/v1/tenants/{person.tenant_id}/audit", params={"action": "stepUp"}).json()["items"]
    assert {event["address"] for event in events} == {HOME}
    # Where the portal is not, neither is the person.
    backend = portal.get("/v1/me").json()["id"]
    estate.admin.client.patch(f"/v1/clients/{backend}", {"networks": ["10.255.0.0/16"]})
    caller.get("/v1/me", 401)
    estate.admin.client.patch(f"/v1/clients/{backend}", {"networks": []})
    caller.get("/v1/me")
    estate.admin.client.patch(policy, {"networks": ["192.0.2.0/24"]})
    caller.get("/v1/me", 401)
