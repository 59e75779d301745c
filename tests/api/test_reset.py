"""A new password by a reset's token: good once, for a while, in its own flow, and never in place of a second factor."""
import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.client import code, next_step
from support.estate import PASSWORD

ANOTHER = "an entirely different one"
CLAIMS = {"invite": "/v1/invitations/accept", "reset-password": "/v1/password/reset"}


@pytest.fixture(name="person")
def someone(estate):
    return estate.person("alpha_one", "viewer")


def ordered(admin, person):
    return admin.post(f"/v1/users/{person.id}/reset-password", status=201).json()


def claim(client, token, what="reset-password", password=ANOTHER):
    return client.other().call("POST", CLAIMS[what], json={"token": token, "password": password})


def spent(client, token, what="reset-password"):
    reply = claim(client, token, what)
    assert (reply.status_code, reply.json()["code"]) == (422, "token_spent")


def test_a_reset_gives_a_new_password_and_ends_every_session(admin, person):
    person.client.get("/v1/me")
    order = ordered(admin, person)
    person.client.get("/v1/me")  # nothing ends before the person has acted
    assert (order["sent"], order["secret_already_shown"]) == (False, False)
    assert claim(admin, order["token"]).json() == {"login": person.login, "tenant": person.tenant_code}
    person.client.get("/v1/me", 401)
    person.client.other().post("/v1/token/refresh", {"refresh_token": person.refresh_token}, 401)
    person.client.other().post("/v1/login", person.body(), 401)
    person.password = ANOTHER
    person.log_in().client.get("/v1/me")


def test_the_helpdesk_may_but_not_for_the_privileged_or_itself(estate, person):
    helper = estate.person("alpha_one", "helpdesk")
    boss = estate.person("alpha_one", "customer_admin")
    ordered(helper.client, person)
    helper.client.problem("POST", f"/v1/users/{boss.id}/reset-password", 422, "privileged")
    helper.client.problem("POST", f"/v1/users/{helper.id}/reset-password", 422, "self_service")
    estate.actor("alpha_one", "viewer").problem("POST", f"/v1/users/{person.id}/reset-password", 403, "forbidden")
    estate.actor("beta", "partner_admin").problem("POST", f"/v1/users/{person.id}/reset-password", 404, "not_found")


def test_who_never_had_a_password_has_none_to_reset(estate, admin):
    user = estate.new_user()
    admin.problem("POST", f"/v1/users/{user['id']}/reset-password", 422, "wrong_state")


def test_every_rule_of_passwords_holds_and_a_refusal_leaves_the_token_good(admin, person):
    token = ordered(admin, person)["token"]
    for refused, why in (("short", "password_too_short"), ("x" * 200, "password_too_long")):
        reply = claim(admin, token, password=refused)
        assert (reply.status_code, reply.json()["code"]) == (422, why)
    assert claim(admin, token).status_code == 200


# SECURITY.md B9

@pytest.mark.parametrize("what", CLAIMS)
def test_b9_a_token_is_good_once(estate, admin, person, what):
    token = ordered(admin, person)["token"] if what == "reset-password" else estate.invite(estate.new_user("alpha_one")["id"])
    assert claim(admin, token, what).status_code == 200
    spent(admin, token, what)


def test_b9_a_newer_one_makes_an_older_dead(admin, person):
    first, second = ordered(admin, person)["token"], ordered(admin, person)["token"]
    spent(admin, first)
    assert claim(admin, second).status_code == 200


@pytest.mark.parametrize("what", CLAIMS)
def test_of_twenty_ordered_at_once_five_are_made(estate, admin, person, what):
    """Whoever orders them, and with the invitation by which one came in; the next says how long to wait, and somebody else's are not
    counted with them."""
    user, left = (person.id, 4) if what == "reset-password" else (estate.new_user("alpha_one")["id"], 5)
    callers = [admin, estate.actor("alpha", "partner_admin")]
    with ThreadPoolExecutor(20) as pool:
        orders = [pool.submit(callers[n % 2].other(callers[n % 2].token).call, "POST", f"/v1/users/{user}/{what}") for n in range(20)]
        replies = [order.result() for order in orders]
    assert sorted(reply.status_code for reply in replies) == [201] * left + [429] * (20 - left)
    refused = next(reply for reply in replies if reply.status_code == 429)
    assert refused.json()["code"] == "throttled" and 1 <= int(refused.headers["Retry-After"]) <= 900
    home = admin.get(f"/v1/users/{user}").json()["tenant_id"]
    events = [event["outcome"] for event in admin.pages(f"/v1/tenants/{home}/audit", object_id=user)
              if event["action"] in ("inviteUser", "resetUserPassword") and event["outcome"] == "done"]
    assert len(events) == 5
    estate.invite(estate.new_user("alpha_one")["id"])


def test_b9_a_change_of_the_password_makes_it_dead(admin, person):
    token = ordered(admin, person)["token"]
    person.client.put("/v1/me/password", {"current_password": PASSWORD, "new_password": "yet another long one"})
    spent(admin, token)


def test_b9_of_fifty_at_once_one_succeeds(admin, person):
    token = ordered(admin, person)["token"]
    with ThreadPoolExecutor(50) as pool:
        replies = list(pool.map(lambda n: claim(admin, token, password=f"{ANOTHER} {n}"), range(50)))
    statuses = [reply.status_code for reply in replies]
    assert statuses.count(200) == 1
    assert {reply.json()["code"] for reply in replies if reply.status_code != 200} == {"token_spent"}
    won = next(n for n, status in enumerate(statuses) if status == 200)
    person.password = f"{ANOTHER} {won}"
    person.log_in()


# SECURITY.md A25; that it is dead a second after its end is in tests/unit/domain/test_invitation.c.

def test_a25_a_token_of_one_flow_opens_no_other(estate, admin, person):
    tokens = {"invite": estate.invite(estate.new_user("alpha_one")["id"]), "reset-password": ordered(admin, person)["token"]}
    for mine, other in itertools.permutations(CLAIMS):
        spent(admin, tokens[mine], other)
        assert claim(admin, tokens[mine], mine).status_code == 200
    token = ordered(admin, person)["token"]
    for path, body in (("/v1/token/refresh", {"refresh_token": token}), ("/v1/login/totp", {"pending_token": token, "code": "123456"})):
        admin.other().post(path, body, 401)
    admin.other(token).get("/v1/me", 401)


def test_a25_an_edited_token_is_none(admin, person):
    token = ordered(admin, person)["token"]
    for edited in (token[:-1], token + "A", token.upper(), token[:10] + ("A" if token[10] != "A" else "B") + token[11:],
                   token.replace("bwp_", "bwi_")):
        spent(admin, edited)
        spent(admin, edited, "invite")
    assert claim(admin, token).status_code == 200


# SECURITY.md B7

def test_b7_a_reset_never_stands_for_the_second_factor(admin, person):
    """Whatever is done in whatever order, only login and code after the reset end in a session."""
    person.enrol()
    next_step()
    before = person.client.other().post("/v1/login", person.body()).json()["pending_token"]
    token = ordered(admin, person)["token"]
    admin.other().post("/v1/login/totp", {"pending_token": token, "code": code(person.secret)}, 401)
    assert claim(admin, token).status_code == 200
    # What began before the reset is over, though the code is right.
    admin.other().post("/v1/login/totp", {"pending_token": before, "code": code(person.secret)}, 401)
    person.client.get("/v1/me", 401)
    person.client.other().post("/v1/login", person.body(), 401)
    person.password = ANOTHER
    pending = person.client.other().post("/v1/login", person.body()).json()
    assert pending["pending"] == "totp" and "access_token" not in pending
    admin.other(pending["pending_token"]).get("/v1/me", 401)
    assert claim(admin, pending["pending_token"]).status_code == 422
    finish = {"pending_token": pending["pending_token"], "code": code(person.secret)}
    admin.other(person.client.other().post("/v1/login/totp", finish).json()["access_token"]).get("/v1/me")


def test_b7_steps_left_out_or_out_of_order_lead_nowhere(admin, person):
    person.enrol()
    spent(admin, "bwp_" + "A" * 43)
    reply = admin.other().post("/v1/login", person.body() | {"password": ANOTHER}, 401)
    assert reply.json()["code"] == "login_failed"
    token = ordered(admin, person)["token"]
    admin.other().post("/v1/login", person.body() | {"password": ANOTHER}, 401)
    admin.other().post("/v1/login", person.body() | {"password": token}, 401)
    other = person.client.other().post("/v1/login", person.body()).json()["pending_token"]
    spent(admin, other)
    assert claim(admin, token).status_code == 200


# SECURITY.md B8

FORGED = {"Host": "evil.example", "Forwarded": 'for=1.2.3.4;host=evil.example;proto=https', "X-Forwarded-Host": "evil.example",
          "X-Forwarded-Proto": "https", "X-Forwarded-Port": "444", "X-Forwarded-Server": "evil.example",
          "X-Original-Host": "evil.example", "X-Host": "evil.example", "X-Forwarded-Prefix": "/evil"}


@pytest.mark.parametrize("what, page", [("invite", "accept"), ("reset-password", "reset")])
@pytest.mark.parametrize("header", [*FORGED, None])
def test_b8_the_link_is_of_the_base_url_whatever_a_request_says(server, estate, admin, person, what, page, header):
    headers = {header: FORGED[header]} if header else FORGED
    whom = person.id if what == "reset-password" else estate.new_user("alpha_one")["id"]
    order = admin.post(f"/v1/users/{whom}/{what}", status=201, headers=headers).json()
    assert order["link"] == f"{server.url}/{page}#token={order['token']}"


# Asked for by the person; what is sent is in test_mail.py.

def test_whoever_asks_is_answered_alike(estate, admin, person):
    suspended = estate.person("alpha_one")
    admin.post(f"/v1/users/{suspended.id}/suspend")
    tenant = person.tenant_code
    asked = [{"login": person.login, "tenant": tenant}, {"login": "nobody", "tenant": tenant}, {"login": "a b", "tenant": tenant},
             {"login": suspended.login, "tenant": tenant}, {"email": "nobody@example.org", "tenant": tenant},
             {"login": person.login, "tenant": "nowhere"}]
    told = set()
    for body in asked:
        reply = admin.other().post("/v1/password/forgot", body, 202)
        headers = sorted((k, v) for k, v in reply.headers.items() if k not in ("Date", "X-Request-Id"))
        told.add((reply.text, str(headers)))
    assert len(told) == 1, told


@pytest.mark.parametrize("body", [{}, {"login": "a", "email": "a@example.org"}])
def test_one_of_login_and_address_is_asked_for(anonymous, body):
    problem = anonymous.problem("POST", "/v1/password/forgot", 400, "malformed", json={"tenant": "x"} | body)
    assert [error["field"] for error in problem["errors"]] == ["login"]
