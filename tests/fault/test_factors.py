"""Second factors under many hands at once: no more guesses than the cap are judged, and what a reset takes away stays away."""
import pytest
from conftest import SETTINGS
from load import at_once
from support.client import code, next_step
from support.estate import PASSWORD, Estate
from support.mailbox import Mailbox
from support.server import Server

CAP = 100
ROUNDS = 5
WRONG = {"totp": "x", "recovery": "7KQ2-ZM9D-0XTB-4HNC"}
TABLES = {"totp": "vault.totp", "recovery": "vault.recovery"}


@pytest.fixture(scope="module", name="mailbox")
def running_mailbox():
    mailbox = Mailbox().start()
    yield mailbox
    mailbox.stop()


@pytest.fixture(scope="module", name="at")
def sending_service(mailbox, document):
    server = Server(**SETTINGS | {"smtp_url": mailbox.url, "smtp_from": "access@example.org", "smtp_pace": 100000,
                                  "request_time": 30})
    try:
        yield Estate(server.start(), document)
        server.stop()
    finally:
        server.close()


def pending(person):
    return person.client.other().post("/v1/login", person.body()).json()["pending_token"]


def guess(at, person, kind, count):
    """So many wrong guesses at once, all within the window of attempts."""
    at.server.sql("DELETE FROM vault.throttle")
    token = pending(person)
    callers = [person.client.other() for _ in range(count)]
    replies = at_once(count, lambda i: callers[i].post(f"/v1/login/{kind}", {"pending_token": token, "code": WRONG[kind]}, None))
    assert {reply.status_code for reply in replies} <= {401, 503}


def failures(at, person, kind):
    return at.server.sql(f"SELECT failures FROM {TABLES[kind]} WHERE principal_id = '{person.id}'")


def events(at, person):
    listed = at.admin.client.pages(f"/v1/tenants/{person.tenant_id}/audit", action="disableFactor")
    return [event["object_kind"] for event in listed if event["actor"].get("id") == person.id]


def disabled(person):
    listed = person.client.get("/v1/me/factors").json()
    return {"totp": listed["authenticators"][0]["disabled"], "recovery": listed["recovery_codes"]["disabled"]}


@pytest.mark.parametrize("kind", ["totp", "recovery"])
def test_c7_no_more_than_the_cap_are_judged_and_then_it_is_disabled_until_a_reset(at, mailbox, kind):
    person = at.person("alpha_one", "viewer").enrol()
    address = f"{person.login}@example.org"
    at.admin.client.patch(f"/v1/users/{person.id}", {"email": address})
    for _ in range(20):
        guess(at, person, kind, 60)
        if disabled(person)[kind]:
            break
    assert failures(at, person, kind) == [(CAP,)]
    assert disabled(person) == {"totp": kind == "totp", "recovery": kind == "recovery"}
    assert events(at, person) == [{"totp": "totp", "recovery": "recovery_codes"}[kind]]
    told = [mail for mail in mailbox.wait(address) if "was disabled" in mail.subject]
    assert len(told) == 1 and person.login in told[0].body

    at.server.sql("DELETE FROM vault.throttle")
    next_step()
    right = {"totp": code(person.secret), "recovery": person.recovery_codes[0]}
    finish = {"pending_token": pending(person), "code": right[kind]}
    person.client.other().post(f"/v1/login/{kind}", finish, 401)
    other = at.person("provider", "provider_admin").enrol().client
    other.post(f"/v1/users/{person.id}/reset-factors")
    person.secret = None
    person.log_in().enrol()
    assert disabled(person) == {"totp": False, "recovery": False} and len(events(at, person)) == 1


def rows(at, person):
    return [at.server.sql(f"SELECT count(*) FROM {table} WHERE principal_id = '{person.id}'")[0][0]
            for table in ("second_factor", "vault.totp", "vault.recovery")]


def renewed(person, secret):
    """A change by its owner of each kind: an enrolment finished, an authenticator removed, new recovery codes."""
    proof = {"password": PASSWORD, "code": person.recovery_codes[0]}
    listed = person.client.get("/v1/me/factors").json()["authenticators"]
    return {
        "confirm": lambda: person.client.post("/v1/me/totp/confirm", {"code": code(secret)}, None),
        "begin": lambda: person.client.post("/v1/me/totp", proof, None),
        "remove": lambda: person.client.post(f"/v1/me/factors/{listed[0]['id']}/remove", proof, None),
        "codes": lambda: person.client.post("/v1/me/recovery-codes", proof, None),
    }


@pytest.mark.parametrize("change", ["confirm", "begin", "remove", "codes"])
def test_c5_a_reset_beside_a_change_by_the_owner_leaves_nothing(at, change):
    """Whichever comes first: what was reset is gone, and the change is refused or gone with it."""
    other = at.person("provider", "provider_admin").enrol().client
    for _ in range(ROUNDS):
        person = at.person("alpha_one", "viewer").enrol()
        proof = {"password": PASSWORD, "code": person.recovery_codes[1]}
        secret = person.client.post("/v1/me/totp", proof).json()["secret"]
        run = renewed(person, secret)[change]
        reset, changed = at_once(2, lambda i: run() if i else other.post(f"/v1/users/{person.id}/reset-factors", None, None))
        assert reset.status_code == 200
        assert changed.status_code in (200, 204, 401, 404, 409, 422), changed.text
        assert rows(at, person) == [0, 0, 0]
        session = person.client.other().post("/v1/login", person.body()).json()
        assert "access_token" in session
