"""A password's hash keeps up with the cost that is set: made anew at a login, when the service knows the password."""
import pytest

from support.estate import Estate
from support.server import Server

CHEAP, DEAR = {"hash_memory": 8192, "hash_passes": 1}, {"hash_memory": 9216, "hash_passes": 2}


@pytest.fixture(name="at")
def cheap_service(document):
    server = Server(**CHEAP)
    try:
        yield Estate(server.start(), document)
        server.stop()
    finally:
        server.close()


def restart(at, settings):
    at.server.stop()
    at.server.settings |= settings
    at.server.start()


def stored(at, person):
    return at.server.sql(f"SELECT password_hash FROM vault.credential WHERE principal_id = '{person.id}'")[0][0]


def test_one_login_makes_it_anew_once_another_cost_is_asked(at):
    person = at.person("alpha_one", "viewer")
    first = stored(at, person)
    assert first.startswith("$argon2id$v=19$m=8192,t=1,p=1$")
    person.log_in()
    assert stored(at, person) == first

    restart(at, DEAR)
    caller = person.client.other()
    caller.problem("POST", "/v1/login", 401, "login_failed", json=person.body(password="not the one that it is"))
    assert stored(at, person) == first
    before = person.client.other(person.client.token)
    person.log_in()
    made = stored(at, person)
    assert made.startswith("$argon2id$v=19$m=9216,t=2,p=1$")
    before.get("/v1/me")  # the password is the same: no session ends
    person.log_in()
    assert stored(at, person) == made
    caller.problem("POST", "/v1/login", 401, "login_failed", json=person.body(password="not the one that it is"))

    # A dearer one too: it costs each login more than is asked for.
    restart(at, CHEAP)
    person.log_in()
    assert stored(at, person).startswith("$argon2id$v=19$m=8192,t=1,p=1$")
