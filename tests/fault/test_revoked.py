"""What is revoked stays revoked, whatever dies, and a revocation that could not be written is not said to have been (D6, D18)."""
import contextlib
import signal

import pytest
from conftest import database
from test_outage import cluster, signal_all


def refused(anonymous, session):
    anonymous.post("/v1/token/refresh", {"refresh_token": session["refresh_token"]}, 401)
    anonymous.other(session["access_token"]).get("/v1/me", 401)


def test_what_was_revoked_is_so_after_a_kill_of_service_and_database(server, estate, db):
    anonymous = estate.admin.client.other()
    person = estate.person("alpha", "viewer")
    left, taken, thrown, stays = (anonymous.post("/v1/login", person.body()).json() for _ in range(4))
    anonymous.other(left["access_token"]).post("/v1/logout", status=204)
    anonymous.post("/v1/token/refresh", {"refresh_token": taken["refresh_token"]})
    db.execute("UPDATE vault.refresh SET used_at = used_at - interval '11 seconds' WHERE session_id = %s AND used_at IS NOT NULL",
               [taken["session_id"]])
    anonymous.post("/v1/token/refresh", {"refresh_token": taken["refresh_token"]}, 401)
    estate.admin.client.delete(f"/v1/users/{person.id}/sessions/{thrown['session_id']}")
    pids = cluster(server)
    server.kill()
    signal_all(pids, signal.SIGKILL)
    server.start()
    for session in (left, taken, thrown):
        refused(anonymous, session)
    anonymous.post("/v1/token/refresh", {"refresh_token": stays["refresh_token"]})


@pytest.fixture
def unwritable(server):
    """No session can be ended."""
    with contextlib.closing(database(server)) as connection:
        connection.execute("CREATE FUNCTION unwritable() RETURNS trigger LANGUAGE plpgsql AS "
                           "'BEGIN RAISE EXCEPTION ''unwritable''; END'")
        connection.execute("CREATE TRIGGER unwritable BEFORE UPDATE OF ended_at ON session FOR EACH ROW EXECUTE FUNCTION unwritable()")
        try:
            yield
        finally:
            connection.execute("DROP FUNCTION unwritable() CASCADE")


def test_a_revocation_that_fails_is_a_5xx_and_the_session_is_as_it_was(estate, request):
    anonymous = estate.admin.client.other()
    person = estate.person("alpha", "viewer")
    other = anonymous.post("/v1/login", person.body()).json()
    ways = [(person.client, "POST", "/v1/logout"), (person.client, "DELETE", "/v1/me/sessions"),
            (person.client, "DELETE", f"/v1/me/sessions/{other['session_id']}"),
            (estate.admin.client, "DELETE", f"/v1/users/{person.id}/sessions/{other['session_id']}")]
    request.getfixturevalue("unwritable")
    for caller, method, path in ways:
        reply = caller.call(method, path)
        assert reply.status_code >= 500, f"{method} {path}: {reply.status_code}"
        assert "unwritable" not in reply.text
        for token in (person.client.token, other["access_token"]):
            anonymous.other(token).get("/v1/me")
    anonymous.post("/v1/token/refresh", {"refresh_token": other["refresh_token"]})
