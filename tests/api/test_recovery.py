"""Recovery codes: shown once, good once each, in the place of a code of an authenticator."""
import re

import pytest

from support.client import Client, code, next_step
from support.estate import PASSWORD, Estate
from support.server import Server

LIMIT = 100


@pytest.fixture(name="person")
def with_two_factors(estate):
    return estate.person("alpha_one", "viewer").enrol()


def pending(person, **more):
    return person.client.other().post("/v1/login", person.body(**more)).json()


def recover(person, digits, status=200):
    body = {"pending_token": pending(person)["pending_token"], "code": digits}
    return person.client.other().post("/v1/login/recovery", body, status).json()


def remaining(person):
    return person.client.get("/v1/me/factors").json()["recovery_codes"]["remaining"]


def test_ten_of_80_bits_come_with_the_first_factor(person):
    assert len(set(person.recovery_codes)) == 10
    digits = "[0-9A-HJKMNP-TV-Z]"  # 32 of them: 16 are 80 bits
    assert all(re.fullmatch(rf"({digits}{{4}}-){{3}}{digits}{{4}}", text) for text in person.recovery_codes)
    assert remaining(person) == 10


def test_c9_each_gives_one_session_of_two_factors(person):
    first = person.recovery_codes[0]
    assert pending(person)["factors"] == ["totp", "recovery"]
    session = recover(person, first)
    caller = person.client.other(session["access_token"])
    assert caller.get("/v1/me").json()["two_factors"] is True
    assert remaining(person) == 9
    recover(person, first, 401)
    recover(person, person.recovery_codes[1].lower().replace("-", " ").replace("0", "o").replace("1", "l"))
    assert remaining(person) == 8


def step_up(person, digits, status=200):
    return person.client.post("/v1/me/step-up", {"code": digits}, status).json()


def test_one_raises_a_session_in_the_place_of_a_code(estate, person):
    """Once, with its event, and what is none raises nothing."""
    first = person.recovery_codes[0]
    for wrong in ("7KQ2-ZM9D-0XTB-4HNC", first[:18]):
        assert step_up(person, wrong, 422)["code"] == "code_wrong"
    raised = step_up(person, first.lower())
    person.client.get("/v1/me", 401)
    person.client.token = raised["access_token"]
    assert person.client.get("/v1/me").json()["two_factors"] is True and remaining(person) == 9
    assert step_up(person, first, 422)["code"] == "code_wrong"
    events = list(estate.admin.client.pages(f"/v1/tenants/{person.tenant_id}/audit", action="stepUp"))
    assert {event["object_kind"] for event in events if event["actor"].get("id") == person.id and event["outcome"] == "done"} == {
        "recovery_codes", "session"}


def test_those_of_a_step_up_are_counted_with_the_others(person):
    """In the window that codes of both kinds share, and, wrong ones, in the cap of the recovery codes."""
    for i in range(10):
        step_up(person, "7KQ2-ZM9D-0XTB-4HNC" if i % 2 else "000000", 422)
    assert step_up(person, person.recovery_codes[0], 429)["code"] == "throttled"
    token = pending(person)["pending_token"]
    person.client.other().post("/v1/login/totp", {"pending_token": token, "code": code(person.secret, 1)}, 429)
    assert remaining(person) == 10


def test_a_pending_login_is_finished_once(person):
    token = pending(person)["pending_token"]
    finish = {"pending_token": token, "code": person.recovery_codes[0]}
    person.client.other().post("/v1/login/recovery", finish)
    person.client.other().post("/v1/login/recovery", finish | {"code": person.recovery_codes[1]}, 401)
    person.client.other().post("/v1/login/totp", {"pending_token": token, "code": code(person.secret, 1)}, 401)
    assert remaining(person) == 9  # what was refused as a whole has spent nothing


def test_they_open_analytics_too(person):
    body = {"pending_token": pending(person, audience="analytics")["pending_token"], "code": person.recovery_codes[0]}
    person.client.other().post("/v1/login/recovery", body)


def test_c5_new_ones_void_the_old(person):
    old = person.recovery_codes
    proof = {"password": PASSWORD, "code": old[0]}
    fresh = person.client.post("/v1/me/recovery-codes", proof).json()["recovery_codes"]
    assert not set(old) & set(fresh) and remaining(person) == 10
    recover(person, old[1], 401)
    recover(person, fresh[0])
    person.client.get("/v1/me")  # no session ends by it


def test_without_a_factor_there_are_none(estate):
    person = estate.person("alpha_one", "viewer")
    proof = {"password": PASSWORD, "code": "7KQ2-ZM9D-0XTB-4HNC"}
    person.client.problem("POST", "/v1/me/recovery-codes", 409, "conflict", json=proof)


@pytest.mark.parametrize("wrong", ["7KQ2-ZM9D-0XTB-4HNC", "123456", "-", "7KQ2-ZM9D-0XTB-4HN", "7KQ2-ZM9D-0XTB-4HNU", "٣٤٥٦٧٨"])
def test_what_is_none_of_them_is_refused(person, wrong):
    recover(person, wrong, 401)
    assert remaining(person) == 10


def test_somebody_elses_is_refused(estate, person):
    recover(person, estate.person("alpha_one", "viewer").enrol().recovery_codes[0], 401)


def test_its_use_is_in_the_audit(estate, person):
    recover(person, person.recovery_codes[0])
    events = list(estate.admin.client.pages(f"/v1/tenants/{person.tenant_id}/audit", action="loginRecovery"))
    mine = [event for event in events if event["actor"].get("id") == person.id]
    assert {(event["object_kind"], event["outcome"]) for event in mine} == {("recovery_codes", "done"), ("session", "done")}


def test_the_database_holds_no_code(person, server):
    hashes = server.sql(f"SELECT unnest(hashes) FROM vault.recovery WHERE principal_id = '{person.id}'")
    assert len(hashes) == 10 and len(set(hashes)) == 10
    assert all(row[0].startswith("$argon2id$v=19$m=8192,t=1,p=1$") for row in hashes)


@pytest.fixture(scope="module", name="patient")
def with_a_wide_window(document):
    """A service that lets an account have many attempts in a quarter of an hour, so that the other limit shows."""
    server = Server(account_attempts=100, address_attempts=100000)
    try:
        server.start()
        yield Estate(server, document)
        server.stop()
    finally:
        server.close()


def test_c7_every_way_of_guessing_counts_together(patient):
    """Whatever the address, the session, the spelling of the name and the pending token: one count, and it outlasts success."""
    person = patient.person("alpha_one", "viewer").enrol()
    wrong = {"code": "000000" if code(person.secret) != "000000" else "000001"}
    spellings = [person.login, person.login.upper(), f" {person.login} ", person.login.title()]
    for i in range(LIMIT - 1):
        token = pending(person, login=spellings[i % 4])["pending_token"] if i % 10 == 0 else token
        person.client.other().post("/v1/login/totp", wrong | {"pending_token": token}, 401)
    listed = person.client.get("/v1/me/factors").json()
    assert not listed["authenticators"][0]["disabled"]
    next_step()
    person.log_in()  # the last try that is left; it was none in vain, and clears nothing
    person.client.problem("POST", f"/v1/me/factors/{listed['authenticators'][0]['id']}/rename", 422, "code_wrong", json={"name": "x", **wrong})
    assert person.client.get("/v1/me/factors").json()["authenticators"][0]["disabled"]
    next_step()
    token = pending(person)["pending_token"]
    person.client.other().post("/v1/login/totp", {"pending_token": token, "code": code(person.secret)}, 401)
    assert not person.client.get("/v1/me/factors").json()["recovery_codes"]["disabled"]
    recover(person, person.recovery_codes[0])


def test_b4_recovery_codes_have_a_cap_of_their_own(patient):
    person = patient.person("alpha_one", "viewer").enrol()
    patient.server.sql(f"UPDATE vault.recovery SET failures = {LIMIT - 1} WHERE principal_id = '{person.id}'")
    recover(person, person.recovery_codes[0])
    step_up(person, "7KQ2-ZM9D-0XTB-4HNC", 422)
    step_up(person, person.recovery_codes[1], 422)
    recover(person, person.recovery_codes[1], 401)
    assert person.client.get("/v1/me/factors").json()["recovery_codes"]["disabled"]
    next_step()
    person.log_in()


def test_the_window_of_attempts_is_one_for_codes_of_both_kinds(person):
    token = pending(person)["pending_token"]
    for i in range(10):
        path = "/v1/login/recovery" if i % 2 else "/v1/login/totp"
        person.client.other().post(path, {"pending_token": token, "code": "7KQ2-ZM9D-0XTB" if i % 2 else "000"}, 401)
    for path in ("/v1/login/recovery", "/v1/login/totp"):
        person.client.other().post(path, {"pending_token": token, "code": person.recovery_codes[0][:16]}, 429)
