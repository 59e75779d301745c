"""The rules for passwords, on every path that sets one, and the check while typing."""
import hashlib

import pytest

from support.client import Client
from support.estate import PASSWORD, unique
from test_throttle import hashes

GOOD = "an entirely different one"


@pytest.fixture(name="home")
def new_customer(estate):
    """A customer of its own, so that its policy is nobody else's."""
    tenant = estate.new_tenant("customer", estate.id("alpha"), unique("customer"))
    estate.tenants[tenant["name"]] = tenant
    return tenant


def policy(admin, tenant, **settings):
    admin.patch(f"/v1/tenants/{tenant['id']}/security-policy", settings)


def change(person, wanted, code=None, current=None):
    body = {"current_password": current or person.password, "new_password": wanted}
    if code:
        return person.client.problem("PUT", "/v1/me/password", 422, code, json=body)
    person.client.put("/v1/me/password", body)
    person.password = wanted
    return person.log_in()


def judged(caller, password):
    return caller.post("/v1/me/password/check", {"password": password}).json()


def test_who_types_is_told_score_and_every_reason(estate):
    caller = estate.person().client
    assert judged(caller, "password1") == {"score": 0, "acceptable": False, "reasons": ["password_too_short", "password_common"]}
    assert judged(caller, "correct horse battery 9 staple") == {"score": 4, "acceptable": True, "reasons": []}
    assert judged(caller, "x" * 129)["reasons"] == ["password_too_long"]


def test_nothing_of_a_check_is_kept_or_logged(estate, server):
    person = estate.person()
    judged(person.client, "a-very-visible-canary-password")
    assert "canary" not in server.logged()
    events = list(estate.admin.client.pages(f"/v1/tenants/{person.tenant_id}/audit", action="checkMyPassword"))
    assert events == []
    person.log_in()


def test_a_machine_and_nobody_are_told_nothing(estate, anonymous):
    estate.machine().call("POST", "/v1/me/password/check", 403, json={"password": GOOD})
    anonymous.call("POST", "/v1/me/password/check", 401, json={"password": GOOD})


def test_b13_every_path_that_sets_one_keeps_the_policy_of_the_tenant(estate, admin, home, anonymous):
    person = estate.person(home["name"])
    policy(admin, home, password_least_single=24, password_classes=3, password_words=["northern lights meeting rooms"])
    for wanted, code in (("Only 23 characters 1234", "password_too_short"), ("lower case letters and blanks", "password_classes"),
                         ("Northern Lights Meeting Rooms", "password_context")):
        change(person, wanted, code)
        user = estate.new_user(home["name"])
        token = estate.invite(user["id"])
        anonymous.problem("POST", "/v1/invitations/accept", 422, code, json={"token": token, "password": wanted})
        reset = admin.post(f"/v1/users/{person.id}/reset-password", status=201).json()["token"]
        anonymous.problem("POST", "/v1/password/reset", 422, code, json={"token": reset, "password": wanted})
        assert code in judged(person.client, wanted)["reasons"]
    change(person, "Twenty-four and more of these")


def test_a_score_is_asked_for_where_the_policy_says(estate, admin, home):
    person = estate.person(home["name"])
    weak = "zzzzzzzzzzzzzzzzzzzz"
    assert judged(person.client, weak)["acceptable"]
    policy(admin, home, password_strength=3)
    change(person, weak, "password_weak")
    change(person, GOOD)


def test_what_was_used_before_is_refused(estate, admin, home):
    person = estate.person(home["name"])
    policy(admin, home, password_history=2)
    change(person, PASSWORD, "password_reused")
    change(person, GOOD)
    change(person, PASSWORD, "password_reused")
    change(person, "the third of a row of them")
    change(person, PASSWORD, "password_reused")
    change(person, "the fourth of a row of them")
    change(person, PASSWORD)


def test_trying_what_was_used_before_costs_no_more_hashes_than_logins_do(estate, admin, home, anonymous):
    """Whoever holds a link may try as often as they like, by rules that cost nothing."""
    person = estate.person(home["name"])
    policy(admin, home, password_history=2, account_attempts=3)
    body = {"token": estate.reset(person.id), "password": PASSWORD}
    for _ in range(3):
        anonymous.problem("POST", "/v1/password/reset", 422, "password_reused", json=body)
    before = hashes(estate.server)
    anonymous.problem("POST", "/v1/password/reset", 429, "throttled", json=body)
    anonymous.problem("POST", "/v1/password/reset", 422, "password_too_short", json=body | {"password": "short"})
    assert hashes(estate.server) == before


def test_a_longer_maximum_is_hashed_whole(estate, admin, home):
    person = estate.person(home["name"])
    policy(admin, home, password_most=256)
    long = "correct horse " + "b" * 242
    change(person, long)
    wrong = person.body(password=long[:-1] + "c")
    person.client.other().problem("POST", "/v1/login", 401, "login_failed", json=wrong)


def listed(passwords, ending="\n"):
    digests = sorted(hashlib.sha1(p.encode()).hexdigest().upper() for p in passwords)
    return "".join(f"{digest}:{n + 1}{ending}" for n, digest in enumerate(digests))


def with_breaches(server, text):
    path = server.folder / "breached.txt"
    path.write_text(text)
    path.chmod(0o644)
    server.settings["breached_passwords_file"] = str(path)
    return path


def test_a_breached_password_is_refused(second, document):
    with_breaches(second, listed([GOOD, *(f"breached {n}" for n in range(1000))]))
    second.start()
    caller = Client(second, document)
    body = {"token": second.token, "password": GOOD}
    caller.problem("POST", "/v1/invitations/accept", 422, "password_breached", json=body)
    caller.post("/v1/invitations/accept", body | {"password": "nowhere to be found in it"})


@pytest.mark.parametrize("text", ["", "password\n", listed(["a", "b"]).lower(), "\n".join(reversed(listed(["a", "b"]).split("\n")))])
def test_a_file_that_is_no_list_of_breaches_is_a_refusal_to_start(second, text):
    path = with_breaches(second, text)
    second.launch()
    assert second.process.wait(60) != 0
    assert f"breached_passwords_file {path}" in second.logged()
