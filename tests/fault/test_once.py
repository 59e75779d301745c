"""What works once works once, however many try at once and whatever the clock does."""
import contextlib
import re
import time

import pytest
from conftest import SETTINGS
from load import at_once
from support.client import Client, code, next_step
from support.estate import Estate
from support.jobs import Jobs
from support.sending import PIECE, Sending, has_received
from support.server import Server

MANY = 50


@pytest.fixture(scope="module", name="server")
def patient_service():
    """Each of fifty is judged: none runs out of its request's time, nor the service of its lease, on a slow machine."""
    started = Server(**SETTINGS | {"request_time": 30, "policy_lease": 15}).start()
    try:
        yield started
        started.stop()
    finally:
        started.close()


@pytest.fixture(scope="module", name="estate")
def its_estate(server, document):
    return Estate(server, document)


def succeeded(replies, *refusals):
    """The one that succeeded; all others were refused as they should be."""
    good = [reply for reply in replies if reply.status_code < 300]
    assert len(good) == 1, [reply.status_code for reply in replies]
    for reply in replies:
        assert reply is good[0] or reply.json()["code"] in refusals, reply.text
    return good[0]


def early():
    """Waits for a step of a code that lasts a while yet."""
    if time.time() % 30 > 20:
        next_step()


@pytest.mark.parametrize("tokens", [1, 10])
def test_a_code_works_once_for_many_at_once(estate, tokens):
    person = estate.person("alpha", "viewer").enrol()
    pending = [person.client.other().post("/v1/login", person.body()).json()["pending_token"] for _ in range(tokens)]
    next_step()  # enrolling has spent the code of this step
    digits = code(person.secret)
    callers = [person.client.other() for _ in range(MANY)]
    replies = at_once(MANY, lambda i: callers[i].post(
        "/v1/login/totp", {"pending_token": pending[i % tokens], "code": digits}, None))
    succeeded(replies, "login_failed", "busy")


def test_a_recovery_code_works_once_for_many_at_once(estate):
    person = estate.person("alpha", "viewer").enrol()
    pending = [person.client.other().post("/v1/login", person.body()).json()["pending_token"] for _ in range(10)]
    callers = [person.client.other() for _ in range(MANY)]
    replies = at_once(MANY, lambda i: callers[i].post(
        "/v1/login/recovery", {"pending_token": pending[i % 10], "code": person.recovery_codes[0]}, None))
    succeeded(replies, "login_failed", "busy")
    assert person.client.get("/v1/me/factors").json()["recovery_codes"]["remaining"] == 9


def test_codes_of_both_kinds_stay_spent_through_a_kill(server, estate):
    person = estate.person("alpha", "viewer").enrol()

    def finish(path, digits, status):
        pending = person.client.other().post("/v1/login", person.body()).json()["pending_token"]
        person.client.other().post(path, {"pending_token": pending, "code": digits}, status)

    early()
    spent = code(person.secret)
    finish("/v1/login/totp", spent, None)
    finish("/v1/login/recovery", person.recovery_codes[0], 200)
    server.kill()
    server.start()
    finish("/v1/login/totp", spent, 401)
    finish("/v1/login/recovery", person.recovery_codes[0], 401)
    finish("/v1/login/recovery", person.recovery_codes[1], 200)


def test_an_invitation_works_once_for_many_at_once(estate):
    user = estate.new_user("alpha")
    token = estate.invite(user["id"])
    callers = [estate.admin.client.other() for _ in range(MANY)]
    passwords = [f"password number {i} of {MANY}" for i in range(MANY)]
    replies = at_once(MANY, lambda i: callers[i].post(
        "/v1/invitations/accept", {"token": token, "password": passwords[i]}, None))
    good = replies.index(succeeded(replies, "token_spent", "busy", "throttled"))
    body = {"login": user["login"], "tenant": estate.tenants["alpha"]["code"]}
    assert callers[0].post("/v1/login", body | {"password": passwords[good]}).status_code == 200
    callers[0].post("/v1/login", body | {"password": passwords[good - 1]}, 401)


def age(db, session):
    """The spent tokens of the session were spent a while ago."""
    db.execute("UPDATE vault.refresh SET used_at = used_at - interval '11 seconds' WHERE session_id = %s AND used_at IS NOT NULL",
               [session["session_id"]])


def test_a_refresh_token_works_once_for_a_hundred_at_once(estate, db):
    """D5: one success, and nothing is revoked; used once more when that cannot be a race, it ends the session."""
    person = estate.person("alpha", "viewer")
    callers = [person.client.other() for _ in range(100)]
    replies = at_once(100, lambda i: callers[i].post("/v1/token/refresh", {"refresh_token": person.refresh_token}, None))
    renewed = succeeded(replies, "refresh_raced", "busy").json()
    person.client.other(renewed["access_token"]).get("/v1/me")
    again = callers[0].post("/v1/token/refresh", {"refresh_token": renewed["refresh_token"]}).json()
    age(db, again)
    callers[0].post("/v1/token/refresh", {"refresh_token": person.refresh_token}, 401)
    for token in (person.client.token, renewed["access_token"], again["access_token"]):
        person.client.other(token).get("/v1/me", 401)
    callers[0].post("/v1/token/refresh", {"refresh_token": again["refresh_token"]}, 401)


def test_a_session_is_over_by_the_reply_to_the_second_use(estate, db):
    """In this process the very next request has to see it."""
    for _ in range(10):
        person = estate.person("alpha", "viewer")
        anonymous = person.client.other()
        renewed = anonymous.post("/v1/token/refresh", {"refresh_token": person.refresh_token}).json()
        age(db, renewed)
        anonymous.post("/v1/token/refresh", {"refresh_token": person.refresh_token}, 401)
        person.client.other(renewed["access_token"]).get("/v1/me", 401)


def test_a_clock_that_goes_back_lets_no_code_through_twice(shimmed):
    server, estate, shim = shimmed
    person = estate.person("alpha", "viewer")
    enrolment = person.client.post("/v1/me/totp", {"password": person.password}).json()
    person.secret = enrolment["secret"]
    early()
    person.client.post("/v1/me/totp/confirm", {"code": code(person.secret, -1)})
    now = code(person.secret)

    def finish(digits, status):
        pending = person.client.other().post("/v1/login", person.body()).json()["pending_token"]
        person.client.other().post("/v1/login/totp", {"pending_token": pending, "code": digits}, status)

    finish(now, 200)
    try:
        for back in (0, -15, -30, -60, -3600):
            shim.set(seconds=back)
            finish(now, 401)
            finish(code(person.secret, at=time.time() + back), 401)
            finish(code(person.secret, -1, at=time.time() + back), 401)
    finally:
        shim.set()
    finish(now, 401)
    next_step()
    finish(code(person.secret), 200)


def test_a_token_that_ends_while_content_comes_takes_no_more_of_it(shimmed):
    """What came stays, and whoever has a good one goes on behind it."""
    _, estate, shim = shimmed
    jobs = Jobs(estate.machine("alpha", "provisioner"), estate.id("alpha"))
    job, content = jobs.open(), b"\n" * (2 * PIECE)
    try:
        with contextlib.closing(Sending(jobs, job, len(content))) as sending:
            sending.send(content[:PIECE + 1])
            has_received(jobs, job, PIECE)
            shim.set(seconds=16 * 60)
            sending.send(content[PIECE + 1:])
            status, _, problem = sending.reply()
        assert (status, problem["code"]) == (401, "unauthenticated")
    finally:
        shim.set()
    assert jobs.see(job)["bytes_received"] == PIECE
    jobs.fill(job, content[PIECE:], PIECE)
    assert jobs.start(job)["state"] == "queued"


def hashes(server):
    """Password hashes that the process has computed."""
    return int(re.search(r"^bailiwick_password_hashes_total (\d+)$", server.metrics(), re.MULTILINE).group(1))


@pytest.fixture
def dear(plain, document):
    """A service whose password hashes cost much, and of which an account has ten attempts."""
    with pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as stack:
        patch.setenv("TEST_BUILD", str(plain))
        started = Server(**SETTINGS | {"account_attempts": 10, "hash_memory": 65536, "hash_passes": 4, "request_time": 30})
        stack.callback(started.close)
        yield Client(started.start(), document)
        started.stop()


def test_b2_a_flood_of_wrong_passwords_costs_as_many_hashes_as_there_are_attempts(dear):
    before = hashes(dear.server)
    callers = [dear.other() for _ in range(500)]
    body = {"login": "admin", "password": "wrong wrong wrong", "tenant": dear.server.tenant_code}
    replies = at_once(500, lambda i: callers[i].post("/v1/login", body, None))
    outcomes = [(reply.status_code, reply.json()["code"]) for reply in replies]
    assert set(outcomes) <= {(401, "login_failed"), (429, "throttled"), (503, "busy")}
    assert 1 <= outcomes.count((401, "login_failed")) <= 10
    assert hashes(dear.server) - before == outcomes.count((401, "login_failed"))
    for _ in range(10):  # those that were too many for the queue left attempts over
        dear.other().post("/v1/login", body, None)
    dear.other().post("/v1/login", body, 429)
    assert hashes(dear.server) - before == 10
