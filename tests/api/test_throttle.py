"""Passwords cannot be guessed at will, and nobody is kept out by whoever tries."""
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.client import Client, code, next_step
from support.estate import Estate, unique
from support.server import Server

WRONG = "not the one that it is"


def hashes(server):
    """Password hashes that the process has computed."""
    return int(re.search(r"^bailiwick_password_hashes_total (\d+)$", server.metrics(), re.MULTILINE).group(1))


@pytest.fixture(name="person")
def somebody_who_never_logged_in(estate):
    return estate.person("alpha_one", "viewer", log_in=False)


def guess(caller, person, times, **more):
    """How many of so many wrong guesses were looked at."""
    replies = [caller.post("/v1/login", person.body(password=WRONG, **more), None) for _ in range(times)]
    assert {reply.status_code for reply in replies} <= {401, 429}
    return sum(reply.status_code == 401 for reply in replies)


def flood(person, addresses=20, times=3):
    """Wrong guesses from everywhere; the account has no attempt left for a stranger."""
    looked_at = sum(guess(person.client.other(), person, times) for _ in range(addresses))
    person.client.other().post("/v1/login", person.body(), 429)
    return looked_at


def test_b2_no_more_hashes_are_computed_than_there_are_attempts(server, person):
    before = hashes(server)
    assert flood(person, addresses=30) == 10
    assert hashes(server) - before == 10


def test_b2_every_spelling_of_a_name_is_one_account(person, anonymous):
    spellings = [person.login, person.login.upper(), f" {person.login}", person.login.title(), person.login.replace("e", "\uff45")]
    for i in range(10):
        anonymous.other().post("/v1/login", person.body(login=spellings[i % 5], password=WRONG), 401)
    for spelling in spellings:
        anonymous.other().post("/v1/login", person.body(login=spelling), 429)


def test_b6_a_flood_from_one_address_leaves_the_account_to_others(person, anonymous):
    assert guess(anonymous, person, 100) == 5
    anonymous.post("/v1/login", person.body(), 429)
    anonymous.other().post("/v1/login", person.body())


def test_b6_the_owner_gets_in_at_once_from_where_they_came_before(person):
    """The address at which the password was set is such a place."""
    assert flood(person) == 10
    person.client.post("/v1/login", person.body())
    flooded = person.client.other().post("/v1/login", person.body(), 429)
    assert 1 <= int(flooded.headers["Retry-After"]) <= 900


def test_b6_the_owner_gets_in_at_once_with_a_known_device(person):
    caller = person.client.other()
    session = caller.post("/v1/login", person.body(remember_device=True)).json()
    flood(person)
    person.client.other().post("/v1/login", person.body(device_token=session["device_token"]))
    assert guess(person.client.other(), person, 20, device_token=session["device_token"]) == 10


def test_b6_a_new_password_by_a_one_time_token_lets_the_owner_in_from_anywhere(estate, person):
    flood(person)
    caller = person.client.other()
    accept = {"token": estate.reset(person.id), "password": "another horse 9 battery staple"}
    caller.post("/v1/password/reset", accept)
    caller.post("/v1/login", person.body(password=accept["password"]))


def sign_in(estate, person):
    return estate.admin.client.get(f"/v1/users/{person.id}/sign-in").json()


def test_an_unlocking_begins_the_account_anew_for_everybody_who_may_try(estate, person, anonymous):
    """Also from where the owner themselves has used up what one place may."""
    assert guess(anonymous, person, 6) == 5
    flood(person)
    state = sign_in(estate, person)
    assert (state["failed_attempts"], bool(state["strangers_wait_until"]), state["last_sign_in_at"]) == (10, True, None)
    anonymous.post("/v1/login", person.body(), 429)
    helpdesk = estate.actor("alpha_one", "helpdesk")
    helpdesk.post(f"/v1/users/{person.id}/unlock")
    state = sign_in(estate, person)
    assert (state["failed_attempts"], state["strangers_wait_until"]) == (0, None) and state["unlocked_at"]
    anonymous.post("/v1/login", person.body())
    assert sign_in(estate, person)["last_sign_in_at"] > state["unlocked_at"]
    assert flood(person) == 10


def test_an_unlocking_reaches_what_the_owner_is_known_from(estate, person):
    here = person.log_in().client.other()
    here.address = person.client.address
    assert guess(here, person, 6) == 5
    estate.actor("alpha_one", "helpdesk").post(f"/v1/users/{person.id}/unlock")
    here.post("/v1/login", person.body())


def test_an_unlocking_gives_one_round_of_attempts_whatever_the_clocks_say(estate, person, server):
    """The database's is an hour ahead of the service's."""
    assert flood(person) == 10
    server.sql(f"UPDATE principal SET unlocked_at = now() + interval '1 hour' WHERE id = '{person.id}'")
    assert flood(person) == 10


def test_no_helper_unlocks_somebody_again_and_again(estate, person):
    helper, path = estate.person("alpha_one", "helpdesk").client, f"/v1/users/{person.id}/unlock"
    for _ in range(5):
        helper.post(path)
    assert 1 <= int(helper.post(path, status=429).headers["Retry-After"]) <= 900


def test_what_a_hundred_failures_ended_takes_another_password(estate, person, server):
    person.log_in()
    server.sql("DELETE FROM vault.throttle")
    person.client.other().post("/v1/login", person.body(password=WRONG), 401)
    server.sql("UPDATE vault.throttle SET streak = 100, since = now() - interval '1 hour' WHERE failures = 1")
    person.client.post("/v1/login", person.body(), 429)
    estate.actor("alpha_one", "helpdesk").post(f"/v1/users/{person.id}/unlock")
    person.client.post("/v1/login", person.body(), 429)
    other = "another horse 9 battery staple"
    person.client.post("/v1/password/reset", {"token": estate.reset(person.id), "password": other})
    person.client.post("/v1/login", person.body(password=other))


def test_an_unlocking_ends_what_eighty_failures_began(estate, person, server):
    assert flood(person) == 10
    server.sql("UPDATE vault.throttle SET streak = 80, since = now() - interval '1 hour' WHERE streak >= 10")
    person.client.other().post("/v1/login", person.body(), 429)
    assert sign_in(estate, person)["strangers_wait_until"]
    estate.actor("alpha_one", "helpdesk").post(f"/v1/users/{person.id}/unlock")
    person.client.other().post("/v1/login", person.body())


def test_nobody_lifts_their_own_lock_nor_a_privileged_ones_who_may_not(estate):
    helper, boss = estate.person("alpha_one", "helpdesk"), estate.person("alpha_one", "customer_admin", log_in=False)
    helper.client.problem("POST", f"/v1/users/{helper.id}/unlock", 422, "self_service")
    helper.client.problem("POST", f"/v1/users/{boss.id}/unlock", 422, "privileged")
    estate.actor("beta", "partner_admin").problem("POST", f"/v1/users/{boss.id}/unlock", 404, "not_found")
    estate.actor("beta", "partner_admin").problem("GET", f"/v1/users/{boss.id}/sign-in", 404, "not_found")
    estate.actor("alpha_one", "viewer").problem("GET", f"/v1/users/{boss.id}/sign-in", 403, "forbidden")


def test_b6_known_or_not_the_same_is_said(person, anonymous):
    answers = []
    for login in (person.login, unique("nobody")):
        for _ in range(10):
            anonymous.other().post("/v1/login", person.body(login=login, password=WRONG), 401)
        reply = anonymous.other().post("/v1/login", person.body(login=login, password=WRONG), 429)
        body = {name: value for name, value in reply.json().items() if name != "request_id"}
        assert 880 <= int(reply.headers["Retry-After"]) <= 900
        answers.append((body, set(reply.headers)))
    assert answers[0] == answers[1]


def test_b6_who_shares_an_address_with_somebody_learns_nothing_of_them(person):
    """There they have signed in before, and a neighbour tries their name and one that there is not."""
    person.log_in()
    tried = []
    for login in (person.login, unique("nobody")):
        neighbour = person.client.other()
        neighbour.address = person.client.address
        replies = [neighbour.post("/v1/login", person.body(login=login, password=WRONG), None) for _ in range(7)]
        tried.append([(reply.status_code, reply.json()["code"]) for reply in replies])
    assert tried[0] == tried[1] and [status for status, _ in tried[0]] == [401] * 5 + [429] * 2


def test_a_device_token_is_given_to_who_asks_and_has_none(estate, person, anonymous):
    assert "device_token" not in anonymous.post("/v1/login", person.body()).json()
    first = anonymous.post("/v1/login", person.body(remember_device=True)).json()["device_token"]
    assert "device_token" not in anonymous.post("/v1/login", person.body(remember_device=True, device_token=first)).json()
    other = estate.person("alpha_one", log_in=False)
    second = anonymous.post("/v1/login", other.body(remember_device=True, device_token=first)).json()["device_token"]
    assert first.startswith("bwd_") and second.startswith("bwd_") and first != second
    anonymous.post("/v1/login", person.body(device_token="bwd_nonsense"))


def test_a_device_is_known_after_both_factors_and_not_before(person):
    person.log_in().enrol()
    caller = person.client.other()
    first = caller.post("/v1/login", person.body(remember_device=True)).json()
    assert first["pending"] == "totp" and "device_token" not in first
    next_step()
    finish = {"pending_token": first["pending_token"], "code": code(person.secret), "remember_device": True}
    token = caller.post("/v1/login/totp", finish).json()["device_token"]
    flood(person)
    assert person.client.other().post("/v1/login", person.body(device_token=token)).json()["pending"] == "totp"


def test_b10_an_address_is_nobodys_word_but_a_named_proxys(document):
    """Whatever X-Forwarded-For says, all of it comes from one address."""
    server = Server(address_attempts=12, trusted_proxies="127.0.0.2")
    forged = ["192.0.2.1", "192.0.2.2, 192.0.2.3", "::ffff:192.0.2.4", "2001:db8::1", "nonsense", "", "192.0.2.5:80",
              "127.0.0.2", "127.0.0.2, 192.0.2.6", "[2001:db8::2]", "192.0.2.7 192.0.2.8", "'; --"]
    try:
        estate = Estate(server.start(), document)
        caller = Client(server, document)
        for address in forged:
            body = estate.admin.body(login=unique("nobody"))
            caller.call("POST", "/v1/login", 401, json=body, headers={"X-Forwarded-For": address})
        for address in forged:
            caller.call("POST", "/v1/login", 429, json=estate.admin.body(), headers={"X-Forwarded-For": address})
        audit = estate.admin.client.get(f"/v1/tenants/{estate.id('provider')}/audit").json()["items"]
        assert {event["address"] for event in audit if event["action"] == "login"} == {"127.0.0.1"}
        server.stop()
    finally:
        server.close()


def test_b10_a_named_proxys_list_is_read_from_its_right_end(server, person, anonymous):
    """The proxy's own entry is the last; what stands before it the client wrote itself."""
    for forged in range(5):
        chain = {"X-Forwarded-For": f"192.0.2.{forged}, 198.51.100.200"}
        anonymous.call("POST", "/v1/login", 401, json=person.body(password=WRONG), headers=chain)
    anonymous.call("POST", "/v1/login", 429, json=person.body(), headers={"X-Forwarded-For": "192.0.2.9, 198.51.100.200"})
    anonymous.call("POST", "/v1/login", 429, json=person.body(), headers={"X-Forwarded-For": "192.0.2.9, ::ffff:198.51.100.200"})
    anonymous.call("POST", "/v1/login", 200, json=person.body(), headers={"X-Forwarded-For": "198.51.100.200, 192.0.2.9"})


def test_an_ipv6_network_is_one_address(person, anonymous):
    def login(address, status, **more):
        anonymous.call("POST", "/v1/login", status, json=person.body(**more), headers={"X-Forwarded-For": address})

    for i in range(5):
        login(f"2001:db8:7:7::{i}", 401, password=WRONG)
    login("2001:db8:7:7:ffff::1", 429)
    login("2001:db8:7:8::1", 200)


def test_a_tenant_under_fire_is_shut_to_strangers_alone(document):
    server = Server(tenant_attempts=20)
    try:
        estate = Estate(server.start(), document)
        target, neighbour = estate.person("alpha_one"), estate.person("alpha_two")
        for _ in range(25):
            target.client.other().post("/v1/login", target.body(login=unique("nobody"), password=WRONG), None)
        target.client.other().post("/v1/login", target.body(), 429)
        target.client.post("/v1/login", target.body())
        neighbour.client.other().post("/v1/login", neighbour.body())
        # Nor does a code of no tenant's tell that it is none.
        for _ in range(20):
            target.client.other().post("/v1/login", target.body(tenant="none-of-ours", login=unique("nobody")), 401)
        target.client.other().post("/v1/login", target.body(tenant="none-of-ours", login=unique("nobody")), 429)
        server.stop()
    finally:
        server.close()


def test_a_client_is_shut_out_by_nobodys_wrong_secrets(estate, anonymous):
    made, secret = estate.new_machine("alpha_one")
    form = {"grant_type": "client_credentials", "client_id": made["id"], "client_secret": "bws_" + "A" * 43}
    for _ in range(15):
        anonymous.other().call("POST", "/oauth2/token", 401, data=form)
    anonymous.other().call("POST", "/oauth2/token", 200, data=form | {"client_secret": secret})


def test_a_client_whose_processes_all_begin_at_once_waits_for_none_of_them(document):
    """What is right is no attempt, whatever else is under way from there."""
    server = Server(account_attempts=3, address_attempts=3)
    try:
        estate = Estate(server.start(), document)
        made, secret = estate.new_machine("alpha_one")
        form = {"grant_type": "client_credentials", "client_id": made["id"], "client_secret": secret}
        office = {"X-Forwarded-For": "203.0.113.9"}
        callers = [estate.admin.client.other() for _ in range(24)]
        with ThreadPoolExecutor(len(callers)) as pool:
            replies = pool.map(lambda caller: caller.call("POST", "/oauth2/token", None, data=form, headers=office), callers)
            assert {reply.status_code for reply in replies} == {200}
        server.stop()
    finally:
        server.close()


def test_a_client_with_a_stale_secret_shuts_out_nobody_at_its_address(document):
    """It is refused by its own limit, and what it tries from there on is counted against nobody else."""
    server = Server(address_attempts=12)
    try:
        estate = Estate(server.start(), document)
        made, _ = estate.new_machine("alpha_one")
        person = estate.person("alpha_one", log_in=False)
        office = person.client.other()
        form = {"grant_type": "client_credentials", "client_id": made["id"], "client_secret": "bws_" + "A" * 43}
        outcomes = [office.call("POST", "/oauth2/token", None, data=form).status_code for _ in range(30)]
        assert outcomes == [401] * 10 + [429] * 20
        office.post("/v1/login", person.body())
        assert guess(office, person, 4) == 2  # what the machine's own limit left of the address's
        server.stop()
    finally:
        server.close()


def test_a_client_is_shut_out_by_nobodys_logins(estate, anonymous):
    """Whoever types a client's id and address as a tenant and a name counts against neither."""
    made, secret = estate.new_machine("alpha_one")
    for _ in range(12):
        body = {"tenant": made["id"], "login": anonymous.address, "password": WRONG}
        anonymous.other().post("/v1/login", body, None)
    form = {"grant_type": "client_credentials", "client_id": made["id"], "client_secret": secret}
    anonymous.call("POST", "/oauth2/token", 200, data=form)


def test_wrong_secrets_from_one_ipv6_network_are_counted_together(estate, anonymous):
    made, _ = estate.new_machine("alpha_one")
    form = {"grant_type": "client_credentials", "client_id": made["id"], "client_secret": "bws_" + "A" * 43}
    outcomes = [anonymous.call("POST", "/oauth2/token", None, data=form,
                               headers={"X-Forwarded-For": f"2001:db8:9:9::{i}"}).status_code for i in range(12)]
    assert outcomes == [401] * 10 + [429] * 2
    anonymous.call("POST", "/oauth2/token", 401, data=form | {"client_id": "x" * 5000})


def test_c7_codes_are_counted_whatever_varies(person):
    """Addresses, pending logins and spellings of the name: the user is one."""
    person.log_in().enrol()
    outcomes = []
    for i in range(12):
        caller = person.client.other()
        body = person.body(login=person.login.upper() if i % 2 else person.login)
        pending = caller.post("/v1/login", body).json()["pending_token"]
        outcomes.append(caller.post("/v1/login/totp", {"pending_token": pending, "code": f"{i:06}"}, None).status_code)
    assert outcomes == [401] * 10 + [429] * 2
