"""Sessions and their tokens: what opens what, what is good once, and what ends them."""
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.estate import PASSWORD


@pytest.fixture(name="person")
def logged_in(estate):
    return estate.person("alpha_one", "viewer")


def refresh(caller, token, status=200):
    return caller.other().post("/v1/token/refresh", {"refresh_token": token}, status).json()


def test_a_refresh_goes_on_with_the_session(person, anonymous):
    session = refresh(anonymous, person.refresh_token)
    assert session["session_id"] == person.session_id and session["refresh_token"] != person.refresh_token
    assert anonymous.other(session["access_token"]).get("/v1/me").json()["session_id"] == person.session_id


def test_a_refresh_token_used_again_at_once_changes_nothing(person, anonymous):
    """Two tabs, or a reply that was lost."""
    session = refresh(anonymous, person.refresh_token)
    for _ in range(3):
        body = {"refresh_token": person.refresh_token}
        assert "access_token" not in anonymous.problem("POST", "/v1/token/refresh", 409, "refresh_raced", json=body)
    for token in (session["access_token"], person.client.token):
        anonymous.other(token).get("/v1/me")
    refresh(anonymous, session["refresh_token"])


def test_a_refresh_token_used_again_later_ends_its_session_alone(estate, person, anonymous):
    other = anonymous.post("/v1/login", person.body()).json()
    session = refresh(anonymous, person.refresh_token)
    time.sleep(10.1)
    refresh(anonymous, person.refresh_token, 401)
    refresh(anonymous, session["refresh_token"], 401)
    for token in (session["access_token"], person.client.token):
        anonymous.other(token).problem("GET", "/v1/me", 401, "unauthenticated")
    anonymous.other(other["access_token"]).get("/v1/me")
    events = estate.admin.client.pages(f"/v1/tenants/{person.tenant_id}/audit", action="endReusedSession")
    assert person.session_id in [event["object_id"] for event in events]


@pytest.mark.parametrize("at", ["'-11 seconds'", "'1 minute'"])
def test_a_refresh_token_was_used_at_once_only_close_to_now(estate, person, anonymous, at):
    """However the database's clock was set back meanwhile."""
    session = refresh(anonymous, person.refresh_token)
    estate.server.sql(f"""UPDATE vault.refresh SET used_at = clock_timestamp() + interval {at}
                           WHERE session_id = '{person.session_id}' AND used_at IS NOT NULL""")
    refresh(anonymous, person.refresh_token, 401)
    refresh(anonymous, session["refresh_token"], 401)


def test_a_spent_token_of_a_session_that_is_over_opens_nothing(estate, person, anonymous):
    refresh(anonymous, person.refresh_token)
    estate.admin.client.post(f"/v1/users/{person.id}/suspend")
    refresh(anonymous, person.refresh_token, 401)


def test_a_refresh_is_seen_in_the_list_of_sessions(person, anonymous):
    before, = person.client.get("/v1/me/sessions").json()["items"]
    refresh(anonymous, person.refresh_token)
    after, = person.client.get("/v1/me/sessions").json()["items"]
    assert after["id"] == before["id"] and after["refreshed_at"] > before["refreshed_at"] and after["idle_at"] > before["idle_at"]
    assert (after["created_at"], after["expires_at"]) == (before["created_at"], before["expires_at"])


def test_logging_out_holds_from_the_next_request(person, anonymous):
    person.client.post("/v1/logout", status=204)
    person.client.get("/v1/me", 401)
    person.client.get("/v1/tenants", 401)
    refresh(anonymous, person.refresh_token, 401)


def test_logging_out_ends_this_session_alone(person, anonymous):
    other = anonymous.post("/v1/login", person.body()).json()
    person.client.post("/v1/logout", status=204)
    anonymous.other(other["access_token"]).get("/v1/me")


@pytest.mark.parametrize("header", [
    "Bearer", "Bearer ", "Bearer x", "Bearer " + "A" * 4000, "Basic YTpi", "bwr_", "Bearer a b", "Digest x",
])
def test_what_is_no_token_is_refused(anonymous, header):
    reply = anonymous.get("/v1/me", 401, headers={"Authorization": header})
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")


def test_the_scheme_is_read_in_any_case(person, anonymous):
    anonymous.get("/v1/me", headers={"Authorization": f"bEARER {person.client.token}"})


def test_a_changed_token_is_refused(person, anonymous):
    token = person.client.token
    for at in (0, len(token) // 2, len(token) - 2):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1:]
        anonymous.other(changed).get("/v1/me", 401)


def test_no_token_opens_what_another_is_for(estate, person, anonymous):
    anonymous.other(person.refresh_token).get("/v1/me", 401)
    refresh(anonymous, person.client.token, 401)
    for token in (estate.reset(person.id), estate.invite(estate.new_user("alpha_one")["id"])):
        anonymous.other(token).get("/v1/me", 401)
        refresh(anonymous, token, 401)
    anonymous.post("/v1/invitations/accept", {"token": person.refresh_token, "password": PASSWORD}, 422)


def test_b15_of_changes_at_once_with_one_password_one_is_made(person, anonymous):
    """Whoever was proved by a password that is none any more changes nothing: their session is over."""
    wanted = [f"an entirely different one {n}" for n in range(6)]
    with ThreadPoolExecutor(len(wanted)) as pool:
        said = list(pool.map(lambda new: person.client.other(person.client.token).call(
            "PUT", "/v1/me/password", json={"current_password": PASSWORD, "new_password": new}).status_code, wanted))
    assert sorted(said) == [204] + [401] * (len(wanted) - 1)
    anonymous.post("/v1/login", person.body() | {"password": wanted[said.index(204)]})


def test_a_refused_token_is_said_to_be_one(person, anonymous):
    """RFC 6750 section 3.1: and who sent none hears of no error."""
    refused = anonymous.other(person.client.token + "x").get("/v1/me", 401)
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="bailiwick", error="invalid_token"'
    assert anonymous.get("/v1/me", 401).headers["WWW-Authenticate"] == 'Bearer realm="bailiwick"'


def test_a_changed_password_ends_every_session(person, anonymous):
    other = anonymous.post("/v1/login", person.body()).json()
    change = {"current_password": PASSWORD, "new_password": "an entirely different one"}
    person.client.put("/v1/me/password", change)
    for token in (person.client.token, other["access_token"]):
        anonymous.other(token).get("/v1/me", 401)
    refresh(anonymous, person.refresh_token, 401)
    anonymous.post("/v1/login", person.body(), 401)
    anonymous.post("/v1/login", person.body() | {"password": "an entirely different one"})


@pytest.mark.parametrize("current, wanted, code", [
    ("not the one that it is", "an entirely different one", "password_wrong"),
    (PASSWORD, "fourteen chars", "password_too_short"),
    (PASSWORD, "x" * 129, "password_too_long"),
    (PASSWORD, "111222333444555", "password_common"),
])
def test_a_password_is_changed_by_rule(person, current, wanted, code):
    body = {"current_password": current, "new_password": wanted}
    person.client.problem("PUT", "/v1/me/password", 422, code, json=body)
    person.client.get("/v1/me")


def test_a_password_is_not_the_login_itself(estate, anonymous):
    user = estate.new_user("alpha_one", login="a.login.of.some.length")
    body = {"token": estate.invite(user["id"]), "password": "A.Login.of.some.LENGTH"}
    anonymous.problem("POST", "/v1/invitations/accept", 422, "password_context", json=body)


def test_the_password_behind_a_session_cannot_be_guessed_at_will(person):
    body = {"current_password": "not the one that it is", "new_password": "an entirely different one"}
    for _ in range(10):
        person.client.put("/v1/me/password", body, 422)
    person.client.put("/v1/me/password", body, 429)


def test_proving_the_password_is_no_failed_attempt(person):
    for _ in range(12):
        person.client.post("/v1/me/totp", {"password": PASSWORD})
