"""A login that leads through enrolment: who needs a second factor and has none gets in by making one, and in no other way."""
import pytest

from support.client import code
from support.estate import PASSWORD


@pytest.fixture(name="person")
def without_a_factor(estate):
    return estate.person("alpha_one", "viewer")


def begin(person, **more):
    reply = person.client.other().post("/v1/login", person.body(audience="analytics", **more)).json()
    assert (reply["pending"], reply["factors"]) == ("enroll", ["totp"])
    return reply["pending_token"]


def enroll(person, token, status=200, **more):
    return person.client.other().post("/v1/login/enroll", {"pending_token": token, **more}, status).json()


def confirm(person, token, digits, status=200):
    return person.client.other().post("/v1/login/enroll/confirm", {"pending_token": token, "code": digits}, status).json()


def test_one_enrols_on_the_way_in(person):
    token = begin(person)
    enrolment = enroll(person, token, name="phone", algorithm="SHA256", digits=8)
    assert enrolment["qr_svg"].startswith("<svg ") and enrolment["uri"].startswith("otpauth://totp/")
    digits = code(enrolment["secret"], -1, algorithm="SHA256", digits=8)
    session = confirm(person, token, digits)
    assert len(session["recovery_codes"]) == 10
    caller = person.client.other(session["access_token"])
    assert caller.get("/v1/me").json()["two_factors"] is True
    assert [item["name"] for item in caller.get("/v1/me/factors").json()["authenticators"]] == ["phone"]
    person.client.other().post("/v1/token/refresh", {"refresh_token": session["refresh_token"]})
    assert person.client.other().post("/v1/login", person.body()).json()["pending"] == "totp"


def test_c4_sessions_of_before_end(person):
    token = begin(person)
    secret = enroll(person, token)["secret"]
    person.client.get("/v1/me")
    confirm(person, token, code(secret))
    person.client.get("/v1/me", 401)
    person.client.other().post("/v1/token/refresh", {"refresh_token": person.refresh_token}, 401)


def test_the_token_opens_nothing_else(person):
    token = begin(person)
    secret = enroll(person, token)["secret"]
    anonymous = person.client.other()
    anonymous.other(token).get("/v1/me", 401)
    anonymous.post("/v1/token/refresh", {"refresh_token": token}, 401)
    anonymous.post("/v1/login/totp", {"pending_token": token, "code": code(secret)}, 401)
    anonymous.post("/v1/login/recovery", {"pending_token": token, "code": "7KQ2-ZM9D-0XTB-4HNC"}, 401)


def test_d4_no_other_token_enrols(estate, person):
    """Else whoever knows a password alone would put a factor of their own beside the owner's."""
    twofold = estate.person("alpha_one", "viewer").enrol()
    totp = twofold.client.other().post("/v1/login", twofold.body()).json()["pending_token"]
    for token in (totp, twofold.client.token, twofold.refresh_token, person.client.token, person.refresh_token, "x"):
        enroll(person, token, 401)
        confirm(person, token, "123456", 401)


def test_it_is_good_once(person):
    token = begin(person)
    other = begin(person)
    secret = enroll(person, token)["secret"]
    person.client.problem("POST", "/v1/login/enroll/confirm", 422, "code_wrong",
                          json={"pending_token": token, "code": code(secret, 5)})
    confirm(person, token, code(secret, -1))
    for spent in (token, other):
        enroll(person, spent, 401)
        confirm(person, spent, code(secret), 401)


def test_a_newer_enrolment_voids_the_one_before(person):
    token = begin(person)
    first, second = enroll(person, token)["secret"], enroll(person, token)["secret"]
    person.client.problem("POST", "/v1/login/enroll/confirm", 422, "code_wrong",
                          json={"pending_token": token, "code": code(first)})
    confirm(person, token, code(second))


def test_there_must_be_something_to_confirm(person):
    body = {"pending_token": begin(person), "code": "123456"}
    person.client.problem("POST", "/v1/login/enroll/confirm", 409, "conflict", json=body)


def test_whoever_is_suspended_or_has_enrolled_meanwhile_does_not(estate, person):
    token = begin(person)
    enroll(person, token)
    estate.admin.client.post(f"/v1/users/{person.id}/suspend")
    enroll(person, token, 401)
    estate.admin.client.post(f"/v1/users/{person.id}/resume")
    other = estate.person("alpha_one", "viewer")
    token = begin(other)
    enroll(other, token)
    other.enrol()
    enroll(other, token, 401)
    confirm(other, token, code(other.secret, 1), 401)


def test_a_short_password_alone_leads_there_too(estate, person):
    """Eight characters are enough with a second factor alone: without one left, one is made before anything else."""
    person.enrol()
    short = "x3v 8Qp!"
    person.client.put("/v1/me/password", {"current_password": PASSWORD, "new_password": short})
    person.password = short
    other = estate.person("provider", "provider_admin").enrol()
    other.client.post(f"/v1/users/{person.id}/reset-factors")
    reply = person.client.other().post("/v1/login", person.body()).json()
    assert reply["pending"] == "enroll"
    secret = enroll(person, reply["pending_token"])["secret"]
    confirm(person, reply["pending_token"], code(secret))


def test_a_policy_leads_there_whom_it_asks(estate):
    """Everyone, or who may do what is privileged; from the next login on, and no longer than it says so."""
    def pending(person):
        return person.client.other().post("/v1/login", person.body()).json().get("pending")

    estate.tenants["asking"] = estate.new_tenant()
    policy = f"/v1/tenants/{estate.id('asking')}/security-policy"
    viewer, chief = estate.person("asking", "viewer"), estate.person("asking", "customer_admin")
    for value, wanted in (("privileged", [None, "enroll"]), ("everyone", ["enroll", "enroll"]), (None, [None, None])):
        estate.admin.client.patch(policy, {"second_factor": value})
        assert [pending(person) for person in (viewer, chief)] == wanted
    estate.admin.client.patch(policy, {"second_factor": "everyone"})
    viewer.client.get("/v1/tenants", 403)
    viewer.log_in().client.get("/v1/tenants")


@pytest.mark.parametrize("digits", [7, 5, 9])
def test_a_kind_that_there_is_not_is_refused(person, digits):
    body = {"pending_token": begin(person), "digits": digits}
    person.client.problem("POST", "/v1/login/enroll", 400, "malformed", json=body)
