"""The second factor: enrolled, confirmed, asked for, and each code good once."""
import re
import time

import pytest

from support.client import code, next_step
from support.estate import PASSWORD


@pytest.fixture(name="person")
def logged_in(estate):
    return estate.person("alpha_one", "viewer")


@pytest.fixture(scope="module", name="twofold")
def somebody_with_two_factors(estate):
    return estate.person("alpha_one", "viewer").enrol()


def pending(person):
    return person.client.other().post("/v1/login", person.body()).json()["pending_token"]


def finish(person, token, digits, status=200):
    return person.client.other().post("/v1/login/totp", {"pending_token": token, "code": digits}, status).json()


def wrong(secret):
    """Six digits that are no code of any step near."""
    near = {code(secret, step) for step in range(-3, 4)}
    return next(digits for digits in (f"{n:06}" for n in range(100)) if digits not in near)


def test_an_enrolment_gives_a_secret_and_its_uri(person):
    enrolment = person.client.post("/v1/me/totp", {"password": PASSWORD}).json()
    assert len(enrolment["secret"].rstrip("=")) >= 32  # 160 bits
    assert f"secret={enrolment['secret']}" in enrolment["uri"] and "issuer=Bailiwick" in enrolment["uri"]


def test_an_enrolment_asks_for_the_password_again(person):
    person.client.problem("POST", "/v1/me/totp", 422, "password_wrong", json={"password": "not the one that it is"})


def test_an_unconfirmed_factor_counts_for_nothing(person, anonymous):
    first = person.client.post("/v1/me/totp", {"password": PASSWORD}).json()
    assert "access_token" in anonymous.post("/v1/login", person.body()).json()
    second = person.client.post("/v1/me/totp", {"password": PASSWORD}).json()
    assert first["secret"] != second["secret"]
    person.client.problem("POST", "/v1/me/totp/confirm", 422, "code_wrong", json={"code": code(first["secret"])})
    person.client.post("/v1/me/totp/confirm", {"code": code(second["secret"])})


def test_there_must_be_something_to_confirm(person):
    person.client.problem("POST", "/v1/me/totp/confirm", 409, "conflict", json={"code": "123456"})


def test_confirming_ends_sessions_that_began_without(person):
    enrolment = person.client.post("/v1/me/totp", {"password": PASSWORD}).json()
    person.client.post("/v1/me/totp/confirm", {"code": code(enrolment["secret"])})
    person.client.get("/v1/me", 401)
    person.client.other().post("/v1/token/refresh", {"refresh_token": person.refresh_token}, 401)


def test_the_login_asks_for_a_code_and_the_session_says_so(twofold):
    reply = twofold.client.other().post("/v1/login", twofold.body()).json()
    assert (reply["pending"], reply["factors"]) == ("totp", ["totp", "recovery"])
    assert twofold.client.get("/v1/me").json()["two_factors"] is True


def test_a_pending_token_opens_nothing_else(twofold):
    token = pending(twofold)
    twofold.client.other(token).get("/v1/me", 401)
    twofold.client.other().post("/v1/token/refresh", {"refresh_token": token}, 401)


@pytest.mark.parametrize("digits", ["12345", "1234567", "12345678", "abcdef", " 12345", "٣٤٥٦٧٨", "-12345", "0"])
def test_a_code_is_six_digits(twofold, digits):
    finish(twofold, pending(twofold), digits, 401)


def test_an_access_token_is_no_pending_token(twofold):
    finish(twofold, twofold.client.token, code(twofold.secret), 401)


def test_a_code_passes_once_and_only_in_its_time(estate):
    """All of it in one test, for the steps of half a minute are waited for."""
    person = estate.person("alpha_one", "viewer").enrol()
    finish(person, pending(person), code(person.secret), 401)  # its login has used the code of this step
    next_step()
    token, now = pending(person), time.time()
    for digits in (wrong(person.secret), code(person.secret, -2, now), code(person.secret, 1, now)):
        finish(person, token, digits, 401)
    session = finish(person, token, code(person.secret, 0, now))
    assert person.client.other(session["access_token"]).get("/v1/me").json()["two_factors"] is True
    finish(person, token, code(person.secret, 0, now), 401)
    finish(person, pending(person), code(person.secret, 0, now), 401)
    finish(person, pending(person), code(person.secret, -1, now), 401)
    next_step()
    analytics = person.client.other().post("/v1/login", person.body(audience="analytics")).json()
    finish(person, analytics["pending_token"], code(person.secret))


def test_codes_cannot_be_guessed_at_will(estate):
    person = estate.person("alpha_one", "viewer").enrol()
    digits = wrong(person.secret)
    answers = [person.client.other().post("/v1/login/totp", {"pending_token": pending(person), "code": digits}, None)
               for _ in range(11)]
    assert [answer.status_code for answer in answers[:10]] == [401] * 10
    assert answers[10].status_code == 429


def test_with_a_second_factor_eight_characters_are_enough(estate):
    person = estate.person("alpha_one", "viewer").enrol()
    person.client.problem("PUT", "/v1/me/password", 422, "password_too_short",
                          json={"current_password": PASSWORD, "new_password": "7 chars"})
    person.client.put("/v1/me/password", {"current_password": PASSWORD, "new_password": "8 chars!"})


def test_a_factor_belongs_to_people(estate):
    machine = estate.machine("alpha_one")
    machine.problem("POST", "/v1/me/totp", 403, "forbidden", json={"password": PASSWORD})
    change = {"current_password": PASSWORD, "new_password": "an entirely different one"}
    machine.problem("PUT", "/v1/me/password", 403, "forbidden", json=change)


def test_logins_with_both_factors_are_no_failed_attempts(twofold):
    """More than account_attempts in a quarter of an hour, none of them wrong."""
    for _ in range(12):
        assert re.fullmatch(r"[\w.-]+", pending(twofold))


def test_a_seed_that_does_not_open_is_a_fault_whose_cause_the_log_has(estate, server, person):
    """The caller is told an id and nothing else; what the service said of an earlier request is not said of this one."""
    person.enrol()
    server.sql(f"UPDATE vault.totp SET sealed_seed = '\\x00' || sealed_seed WHERE principal_id = '{person.id}'")
    problem = person.client.problem("POST", "/v1/me/step-up", 500, "internal", json={"code": "123456"})
    assert set(problem) == {"type", "title", "status", "code", "request_id"}
    line, = [line for line in server.logged().splitlines() if problem["request_id"] in line]
    assert re.search(r"stepUp: internal: [./a-z]*factor\.c:\d+", line)
