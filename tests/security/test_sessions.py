"""D6, D8, D20, D25: what was revoked stays so, a token says what the service says, and none travels in a URL."""
import base64
import itertools
import json
import re

import psycopg
import pytest

from support import source
from support.contract import Document
from support.estate import PASSWORD, Estate
from support.server import Server


@pytest.fixture(scope="module", name="estate")
def made_estate():
    server = Server()
    try:
        yield Estate(server.start(), Document())
        server.stop()
    finally:
        server.close()


def alive(person):
    """Whether the access token and the refresh token work; the refresh token is spent when it does."""
    seen = person.client.get("/v1/me", None).status_code
    reply = person.client.other().post("/v1/token/refresh", {"refresh_token": person.refresh_token}, None)
    if reply.status_code == 200:
        person.refresh_token, person.client.token = reply.json()["refresh_token"], reply.json()["access_token"]
    assert (seen == 200) == (reply.status_code == 200), (seen, reply.text)
    return seen == 200


def log_out(person):
    person.client.post("/v1/logout", status=204)


def change_password(person):
    person.client.put("/v1/me/password", {"current_password": PASSWORD, "new_password": "another that nobody has yet"})


def reuse(person):
    """Its refresh token is used once more, later than two that race would: whoever has it, the session ends."""
    spent = person.refresh_token
    assert alive(person)
    socket = re.search("host='([^']+)'", (person.client.server.folder / "data/conninfo").read_text())[1]
    with psycopg.connect(host=socket, user="postgres", dbname="bailiwick") as connection:
        connection.execute("UPDATE vault.refresh SET used_at = used_at - interval '11 seconds' "
                           "WHERE session_id = %s AND used_at IS NOT NULL", [person.session_id])
    person.client.other().post("/v1/token/refresh", {"refresh_token": spent}, 401)


REVOCATIONS = {"logged out": log_out, "password changed": change_password, "refresh token used twice": reuse}


def test_d6_what_was_revoked_stays_so_through_a_kill(estate):
    gone = {name: estate.person() for name in REVOCATIONS}
    kept = estate.person()
    for name, revoke in REVOCATIONS.items():
        revoke(gone[name])
        assert not alive(gone[name]), name
    estate.server.kill()
    estate.server.start()
    assert alive(kept)
    for name, person in gone.items():
        assert not alive(person), name


def suspend(estate, kind, id, **body):
    estate.admin.client.post(f"/v1/{kind}/{id}/suspend", body or None)


def resume(estate, kind, id):
    estate.admin.client.post(f"/v1/{kind}/{id}/resume")


def test_d8_revocations_of_tenant_user_and_session_add_up(estate):
    """Each is lifted by itself, and what it lifts is no other's; a user's own suspension ends their sessions for good."""
    estate.tenants["levels"] = estate.new_tenant()
    tenant = estate.id("levels")
    kept, person, ended = (estate.person("levels") for _ in range(3))
    log_out(ended)
    suspend(estate, "tenants", tenant, reach="staff")
    suspend(estate, "users", person.id)
    assert not any(map(alive, (kept, person, ended)))
    suspend(estate, "tenants", estate.id("alpha"), reach="subtree")
    resume(estate, "tenants", tenant)
    resume(estate, "users", person.id)
    assert not any(map(alive, (kept, person, ended)))
    resume(estate, "tenants", estate.id("alpha"))
    assert alive(kept) and not alive(person) and not alive(ended)
    assert alive(person.log_in())
    estate.admin.client.post(f"/v1/users/{person.id}/terminate")
    suspend(estate, "tenants", tenant, reach="staff")
    resume(estate, "tenants", tenant)
    assert alive(kept) and not alive(person)


class Machine:
    """A client that may read its home, and what can be taken from it: each level by itself, and given back by itself."""

    LEVELS = ("session", "grant", "client", "tenant")

    def __init__(self, estate, tenant):
        self.estate, self.tenant, self.admin = estate, tenant, estate.admin.client
        self.client, secret = estate.new_machine(tenant)
        self.form = {"client_id": self.client["id"], "client_secret": secret}
        self.give_grant()
        self.token = self.asked()

    def asked(self):
        """A token, or none."""
        reply = self.admin.other().call("POST", "/oauth2/token", data=self.form | {"grant_type": "client_credentials"})
        assert reply.status_code in (200, 401)
        return reply.json().get("access_token")

    def answered(self, token):
        return token is not None and self.admin.other(token).get(f"/v1/tenants/{self.estate.id(self.tenant)}", None).status_code == 200

    def take_session(self):
        self.admin.other().call("POST", "/oauth2/revoke", 200, data=self.form | {"token": self.token})

    def give_session(self):
        """There is no way but a token of another."""

    def take_grant(self):
        self.admin.delete(f"/v1/grants/{self.grant['id']}")

    def give_grant(self):
        self.grant = self.estate.grant(self.tenant, self.client["id"], "viewer")

    def take_client(self):
        self.admin.patch(f"/v1/clients/{self.client['id']}", {"state": "suspended"})

    def give_client(self):
        self.admin.patch(f"/v1/clients/{self.client['id']}", {"state": "active"})

    def take_tenant(self):
        suspend(self.estate, "tenants", self.estate.id(self.tenant), reach="staff")

    def give_tenant(self):
        resume(self.estate, "tenants", self.estate.id(self.tenant))


@pytest.mark.parametrize("levels", [levels for size in range(1, 5) for levels in itertools.combinations(Machine.LEVELS, size)],
                         ids=" and ".join)
def test_d8_revocations_of_a_client_add_up_with_those_of_its_tenant_session_and_grant(estate, levels):
    """From the very next request on, until the last of them is lifted; what ended the session ended it for good."""
    if "machines" not in estate.tenants:
        estate.tenants["machines"] = estate.new_tenant()
    machine = Machine(estate, "machines")
    assert machine.answered(machine.token)
    for level in levels:
        getattr(machine, f"take_{level}")()
        assert not machine.answered(machine.token), level
    for level in levels:
        assert not machine.answered(machine.token), level
        assert level == "session" or not machine.answered(machine.asked()), level
        getattr(machine, f"give_{level}")()
    assert machine.answered(machine.asked())
    assert machine.answered(machine.token) == {"session", "client"}.isdisjoint(levels)


SECRET_WORDS = {"token", "access_token", "refresh_token", "pending_token", "password", "secret", "client_secret", "assertion"}


def test_d25_no_route_takes_a_token_in_its_url(estate):
    uses, tables = source.uses(), source.tables()
    for route in source.routes():
        fields = {field.name for table in uses[route.handler].queries for field in tables[table].fields}
        assert not fields & SECRET_WORDS, route.operation
        assert not any(f"{{{word}}}" in route.path for word in SECRET_WORDS), route.operation
    person = estate.person()
    for word in ("access_token", "token"):
        person.client.other().get(f"/v1/me?{word}={person.client.token}", 401)
        person.client.get(f"/v1/me?{word}={person.client.token}", 400)
    assert person.client.token not in estate.server.logged() and person.refresh_token not in estate.server.logged()


def claims_of(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def test_d20_nothing_that_a_user_chose_stands_in_a_token(estate):
    """Names, addresses and portals are theirs or their administrator's to choose; claims are the service's."""
    chosen = {"display_name": '","sub":"somebody","x":"', "email": "sub.admin@example.com", "external_id": '{"strength":2}'}
    plain, odd = estate.person(), estate.person()
    estate.admin.client.patch(f"/v1/users/{odd.id}", chosen)
    odd.log_in()
    ours, theirs = claims_of(plain.client.token), claims_of(odd.client.token)
    assert list(ours) == list(theirs) and theirs["sub"] == odd.id != ours["sub"]
    text = json.dumps(theirs)
    assert not [value for value in (*chosen.values(), odd.login, odd.tenant_code) if value in text]
    differing = {name for name in ours if ours[name] != theirs[name]}
    assert differing <= {"sub", "jti", "iat", "exp", "auth_time", "sid"} | {name for name in ours if "epoch" in name}
    odd.client.other().post("/v1/login", odd.body() | {"sub": estate.admin.id}, 400)
