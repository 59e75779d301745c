"""Logging in by name and password: one answer for whoever may not, and a limit to trying."""
import pytest

from support.estate import PASSWORD, unique
from support.server import Server
from support.client import Client
from support.estate import Estate


@pytest.fixture(name="person")
def somebody_with_a_password(estate):
    return estate.person("alpha_one", "viewer", log_in=False)


def essence(reply):
    """What two replies have to have in common: all but their own names and the time."""
    body = {key: value for key, value in reply.json().items() if key != "request_id"}
    headers = {key: value for key, value in reply.headers.items() if key not in ("Date", "X-Request-Id", "Content-Length")}
    return reply.status_code, body, headers


def test_name_and_password_give_a_session(person, anonymous):
    session = anonymous.post("/v1/login", person.body()).json()
    assert session["expires_in"] == 900
    me = anonymous.other(session["access_token"]).get("/v1/me").json()
    assert (me["id"], me["session_id"], me["two_factors"]) == (person.id, session["session_id"], False)


def test_a_name_is_found_however_it_is_written(estate, anonymous):
    user = estate.new_user("alpha_one", login="Ärger.ﬁsch")
    anonymous.post("/v1/invitations/accept", {"token": estate.invite(user["id"]), "password": PASSWORD})
    body = {"login": "äRGER.FISCH", "password": PASSWORD, "tenant": estate.tenants["alpha_one"]["code"]}
    anonymous.post("/v1/login", body)


def test_a_password_is_taken_exactly_as_it_is(person, anonymous):
    for wrong in (PASSWORD.upper(), PASSWORD + " ", PASSWORD[:-1]):
        anonymous.post("/v1/login", person.body() | {"password": wrong}, 401)


def test_whoever_may_not_gets_one_answer(estate, person, anonymous):
    suspended = estate.person("alpha_one", log_in=False)
    estate.admin.client.post(f"/v1/users/{suspended.id}/suspend")
    terminated = estate.person("alpha_one", log_in=False)
    estate.admin.client.post(f"/v1/users/{terminated.id}/terminate")
    invited = estate.new_user("alpha_one")
    code = estate.tenants["alpha_one"]["code"]
    attempts = {
        "wrong password": person.body() | {"password": "not the one that it is"},
        "unknown name": person.body() | {"login": unique("nobody")},
        "unknown tenant": person.body() | {"tenant": "none-of-ours"},
        "another tenant's": person.body() | {"tenant": estate.tenants["beta_one"]["code"]},
        "suspended": suspended.body(),
        "terminated": terminated.body(),
        "invited": {"login": invited["login"], "password": PASSWORD, "tenant": code},
        "a name without a form": person.body() | {"login": "two words"},
        "too long a password": person.body() | {"password": "x" * 1000},
    }
    answers = {why: essence(anonymous.post("/v1/login", body, 401)) for why, body in attempts.items()}
    assert set(map(str, answers.values())) == {str(answers["wrong password"])}, answers
    assert answers["wrong password"][1]["code"] == "login_failed"


def test_a_user_of_a_suspended_tenant_gets_that_answer(estate, admin, anonymous):
    tenant = estate.new_tenant()
    estate.tenants["asleep"] = tenant
    person = estate.person("asleep", "viewer", log_in=False)
    admin.post(f"/v1/tenants/{tenant['id']}/suspend", {"reach": "staff"})
    anonymous.post("/v1/login", person.body(), 401)
    admin.post(f"/v1/tenants/{tenant['id']}/resume")
    anonymous.post("/v1/login", person.body())


def test_analytics_wants_two_factors(person, anonymous):
    assert "access_token" in anonymous.post("/v1/login", person.body(audience="partner")).json()
    assert anonymous.post("/v1/login", person.body(audience="analytics")).json()["pending"] == "enroll"


@pytest.mark.parametrize("known", [True, False])
def test_an_account_is_throttled_whether_it_exists_or_not(person, anonymous, known):
    """From ever new addresses, as somebody who guesses would come."""
    body = person.body() | {"password": "not the one that it is"}
    if not known:
        body["login"] = unique("nobody")
    for _ in range(10):
        anonymous.other().post("/v1/login", body, 401)
    reply = anonymous.other().post("/v1/login", body, 429)
    assert reply.json()["code"] == "throttled" and 1 <= int(reply.headers["Retry-After"]) <= 900
    if known:
        anonymous.other().post("/v1/login", person.body(), 429)


def test_a_success_clears_what_was_counted(person, anonymous):
    for _ in range(2):
        for _ in range(9):
            anonymous.other().post("/v1/login", person.body() | {"password": "not the one that it is"}, 401)
        anonymous.other().post("/v1/login", person.body())


def test_an_account_that_is_throttled_troubles_no_other(estate, person, anonymous):
    for _ in range(11):
        anonymous.other().post("/v1/login", person.body() | {"password": "not the one that it is"}, None)
    estate.person("alpha_one")


def test_an_address_is_throttled(document):
    server = Server(address_attempts=5, trusted_proxies="127.0.0.2")
    try:
        estate = Estate(server.start(), document)
        caller = Client(server, document)
        for _ in range(5):
            caller.post("/v1/login", estate.admin.body() | {"login": unique("nobody")}, 401)
        caller.post("/v1/login", estate.admin.body(), 429)
        # No proxy of the settings sent it, so X-Forwarded-For is nobody's word.
        caller.other().post("/v1/login", estate.admin.body(), 429)
        server.stop()
    finally:
        server.close()
