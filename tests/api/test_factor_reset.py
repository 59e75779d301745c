"""An administrator takes somebody's second factors away; never their own, and never with the password of the same account."""
import pytest

from support.client import code
from support.estate import PASSWORD


@pytest.fixture(name="other")
def another_administrator(estate):
    return estate.person("provider", "provider_admin").enrol().client


@pytest.fixture(name="person")
def with_two_factors(estate):
    return estate.person("alpha_one", "viewer").enrol()


def path(person):
    return f"/v1/users/{person.id}/reset-factors"


def test_c12_nothing_of_the_factors_is_left_and_sessions_end(person, other, server):
    token = person.client.other().post("/v1/login", person.body()).json()["pending_token"]
    reply = other.post(path(person))
    assert reply.json()["id"] == person.id and "Policy-Revision" in reply.headers
    person.client.get("/v1/me", 401)
    person.client.other().post("/v1/token/refresh", {"refresh_token": person.refresh_token}, 401)
    person.client.other().post("/v1/login/totp", {"pending_token": token, "code": code(person.secret, 1)}, 401)
    person.client.other().post("/v1/login/recovery", {"pending_token": token, "code": person.recovery_codes[0]}, 401)
    for table in ("totp", "recovery"):
        assert server.sql(f"SELECT count(*) FROM vault.{table} WHERE principal_id = '{person.id}'") == [(0,)]
    session = person.client.other().post("/v1/login", person.body()).json()
    person.client.token = session["access_token"]
    assert person.client.get("/v1/me").json()["two_factors"] is False
    person.secret = None
    person.enrol()


def test_an_enrolment_under_way_is_void_too(estate, other):
    person = estate.person("alpha_one", "viewer")
    secret = person.client.post("/v1/me/totp", {"password": PASSWORD}).json()["secret"]
    other.post(path(person))
    person.log_in()
    person.client.problem("POST", "/v1/me/totp/confirm", 409, "conflict", json={"code": code(secret)})


def test_whoever_let_them_set_a_password_does_not_within_a_day(person, other, server):
    """With the factors they would have the account."""
    other.post(f"/v1/users/{person.id}/reset-password", status=201)
    other.problem("POST", path(person), 422, "four_eyes")
    assert person.client.get("/v1/me/factors").json()["authenticators"]
    server.sql(f"UPDATE account_reset SET created_at = now() - interval '25 hours' WHERE principal_id = '{person.id}'")
    other.post(path(person))


def test_nor_the_reverse(estate, person, other):
    other.post(path(person))
    other.problem("POST", f"/v1/users/{person.id}/reset-password", 422, "four_eyes")
    estate.admin.client.post(f"/v1/users/{person.id}/reset-password", status=201)
    other.post(path(person))  # the same again adds nothing


def test_it_takes_its_own_permission(estate, person):
    for role, status in (("helpdesk", 403), ("provisioner", 403), ("auditor", 403), ("customer_admin", 200)):
        estate.person("alpha_one", role).enrol().client.call("POST", path(person), status)


def test_a_neighbour_finds_nobody(estate, person):
    estate.actor("beta", "partner_admin").problem("POST", path(person), 404, "not_found")
    estate.actor("alpha_two", "customer_admin").problem("POST", path(person), 404, "not_found")


def test_nobody_resets_their_own(estate):
    person = estate.person("alpha_one", "customer_admin").enrol()
    person.client.problem("POST", path(person), 422, "self_service")


def test_a_privileged_account_takes_who_may_touch_one(estate):
    person = estate.person("alpha_one", "customer_admin")
    estate.person("alpha", "partner_admin").enrol().client.post(path(person))


def test_one_without_factors_is_none_the_worse(estate, other):
    person = estate.person("alpha_one", "viewer")
    other.post(path(person))
    person.log_in()
    terminated = estate.person("alpha_one", "viewer")
    other.post(f"/v1/users/{terminated.id}/terminate")
    other.problem("POST", path(terminated), 422, "wrong_state")


def test_it_is_in_the_audit(estate, person, other):
    other.post(path(person))
    event = next(estate.admin.client.pages(f"/v1/tenants/{person.tenant_id}/audit", action="resetUserFactors"))
    assert (event["object_id"], event["outcome"]) == (person.id, "done")
