"""Sessions: who sees which, who ends which, and that an ended one is over at once."""
import time
from datetime import datetime

import pytest

from support.estate import PASSWORD, unique

OWN = "/v1/me/sessions"


@pytest.fixture(name="person")
def logged_in(estate):
    return estate.person("alpha_one", "viewer")


@pytest.fixture(name="other")
def logged_in_elsewhere(person, anonymous):
    """A second session of the same person."""
    return anonymous.other(anonymous.post("/v1/login", person.body(audience="partner")).json()["access_token"])


def sessions(caller, path=OWN):
    return list(caller.pages(path))


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def refresh(caller, token, status=200):
    return caller.other().post("/v1/token/refresh", {"refresh_token": token}, status).json()


def test_one_sees_ones_own_sessions_and_from_where_they_began(person, other):
    first, second = sessions(person.client)
    assert (first["id"], first["current"], first["audience"], first["strength"]) == (person.session_id, True, "service", "single")
    assert (second["current"], second["audience"]) == (False, "partner")
    assert first["address"] and second["address"] and first["address"] != second["address"]
    now = time.time()
    for session in (first, second):
        assert abs(moment(session["created_at"]) - now) < 60 and session["refreshed_at"] >= session["created_at"]
        assert now < moment(session["idle_at"]) <= moment(session["expires_at"])
    assert [item["current"] for item in sessions(other)] == [False, True]


def test_a_list_of_sessions_goes_on_where_the_page_ended(person, anonymous):
    for _ in range(4):
        anonymous.post("/v1/login", person.body())
    by_two = list(person.client.pages(OWN, limit=2))
    assert len(by_two) == 3 + 2 and [item["id"] for item in by_two] == [item["id"] for item in sessions(person.client)]


def test_a_session_of_ones_own_that_one_ends_is_over_at_once(person, other):
    mine = other.get("/v1/me").json()["session_id"]
    person.client.delete(f"{OWN}/{mine}")
    other.get("/v1/me", 401)
    assert [item["id"] for item in sessions(person.client)] == [person.session_id]
    person.client.delete(f"{OWN}/{mine}", 404)


def test_one_may_end_the_session_by_which_one_asks(person, anonymous):
    person.client.delete(f"{OWN}/{person.session_id}")
    person.client.get("/v1/me", 401)
    refresh(anonymous, person.refresh_token, 401)


def test_all_of_ones_sessions_but_this_one_end_at_once(person, other, anonymous):
    third = anonymous.post("/v1/login", person.body()).json()
    person.client.delete(OWN)
    other.get("/v1/me", 401)
    anonymous.other(third["access_token"]).get("/v1/me", 401)
    refresh(anonymous, third["refresh_token"], 401)
    person.client.get("/v1/me")
    refresh(anonymous, person.refresh_token)


def test_somebody_elses_session_is_not_there_to_end(estate, person):
    stranger = estate.person("alpha_one")
    reply = person.client.problem("DELETE", f"{OWN}/{stranger.session_id}", 404, "not_found")
    nothing = person.client.problem("DELETE", f"{OWN}/0190a5b8-7c4e-7000-8000-000000000000", 404, "not_found")
    assert {**reply, "request_id": ""} == {**nothing, "request_id": ""}
    person.client.delete(f"{OWN}/nothing", 404)
    stranger.client.get("/v1/me")


def test_a_machine_sees_and_ends_its_own(estate):
    machine = estate.machine("alpha_one", "viewer")
    session, = sessions(machine)
    assert session["current"]
    machine.delete(f"{OWN}/{session['id']}")
    machine.get("/v1/me", 401)


def test_an_administrator_sees_sessions_without_addresses(estate, person, other):
    admin = estate.actor("alpha", "partner_admin")
    first, second = sessions(admin, f"/v1/users/{person.id}/sessions")
    assert first["id"] == person.session_id and second["audience"] == "partner"
    assert not first["current"] and "address" not in first


def test_an_administrator_ends_one_session_at_once(estate, person, other):
    admin = estate.actor("alpha", "partner_admin")
    reply = admin.delete(f"/v1/users/{person.id}/sessions/{person.session_id}")
    assert len(reply.headers["Policy-Revision"]) == 22
    person.client.get("/v1/me", 401)
    other.get("/v1/me")
    admin.delete(f"/v1/users/{person.id}/sessions/{person.session_id}", 404)


def test_an_administrator_ends_all_sessions_at_once(estate, person, other, anonymous):
    helper = estate.actor("alpha", "helpdesk")
    estate.actor("alpha", "viewer").problem("GET", f"/v1/users/{person.id}/sessions", 403, "forbidden")
    assert len(sessions(helper, f"/v1/users/{person.id}/sessions")) >= 2
    helper.delete(f"/v1/users/{person.id}/sessions")
    for caller in (person.client, other):
        caller.get("/v1/me", 401)
    refresh(anonymous, person.refresh_token, 401)
    assert sessions(estate.actor("alpha", "partner_admin"), f"/v1/users/{person.id}/sessions") == []
    person.log_in().client.get("/v1/me")


def test_a_session_under_another_user_is_not_there(estate, person):
    admin, other = estate.actor("alpha", "partner_admin"), estate.new_user("alpha_one")
    admin.delete(f"/v1/users/{other['id']}/sessions/{person.session_id}", 404)
    admin.delete(f"/v1/users/{person.id}/sessions/nothing", 404)
    person.client.get("/v1/me")


def test_a_neighbours_sessions_are_not_there(estate, person):
    neighbour = estate.actor("beta", "partner_admin")
    neighbour.problem("GET", f"/v1/users/{person.id}/sessions", 404, "not_found")
    for path in (f"/v1/users/{person.id}/sessions", f"/v1/users/{person.id}/sessions/{person.session_id}"):
        neighbour.problem("DELETE", path, 404, "not_found")
    person.client.get("/v1/me")


def test_only_who_may_touch_privileged_principals_ends_their_sessions(estate):
    chief = estate.person("alpha", "partner_admin")
    helper = estate.actor("alpha", "helpdesk")
    for path in (f"/v1/users/{chief.id}/sessions", f"/v1/users/{chief.id}/sessions/{chief.session_id}"):
        helper.problem("DELETE", path, 422, "privileged")
    chief.client.get("/v1/me")
    estate.actor("provider", "provider_admin").delete(f"/v1/users/{chief.id}/sessions/{chief.session_id}")
    chief.client.get("/v1/me", 401)


def test_what_is_over_is_not_listed(estate, person, other, anonymous):
    other.post("/v1/logout", status=204)
    assert [item["id"] for item in sessions(person.client)] == [person.session_id]
    estate.admin.client.post(f"/v1/users/{person.id}/suspend")
    estate.admin.client.post(f"/v1/users/{person.id}/resume")
    person.log_in()
    assert [item["id"] for item in sessions(person.client)] == [person.session_id]


def test_the_end_of_a_session_is_on_record(estate, person, other):
    mine = other.get("/v1/me").json()["session_id"]
    person.client.delete(f"{OWN}/{mine}")
    estate.admin.client.delete(f"/v1/users/{person.id}/sessions/{person.session_id}")
    estate.admin.client.delete(f"/v1/users/{person.id}/sessions")
    events = {e["action"]: e for e in estate.admin.client.pages(f"/v1/tenants/{estate.id('alpha_one')}/audit")
              if person.id in (e["object_id"], (e["actor"] or {}).get("id")) or e["object_id"] in (mine, person.session_id)}
    assert (events["endMySession"]["object_kind"], events["endMySession"]["object_id"]) == ("session", mine)
    assert events["endUserSession"]["object_id"] == person.session_id
    assert events["endUserSession"]["before"]["audience"] == "service" and "address" not in events["endUserSession"]["before"]
    assert events["endUserSessions"]["object_id"] == person.id
