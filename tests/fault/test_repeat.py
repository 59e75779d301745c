"""A request that is sent again under its key is done once: after a kill, by another process, by two at once."""
import subprocess

import pytest
from load import at_once
from support.client import Client
from support.cluster import Cluster
from support.contract import Document
from support.estate import Estate, unique
from support.keys import new_jwk
from support.server import Server, binary, environment

MANY = 16


class Pair:
    """Two processes on one database, and an estate made through the first."""

    def __init__(self):
        self.cluster, self.first, self.second = Cluster(), None, None

    def start(self):
        self.cluster.start()
        self.cluster.create()
        settings = {"database_url": self.cluster.url, "base_url": "https://access.example", "policy_lease": 15}
        subprocess.run([binary(), "migrate"], env=environment({"database_url": self.cluster.url}), check=True,
                       stdout=subprocess.DEVNULL, cwd="/")
        self.first = Server(**settings).start()
        self.second = Server(**settings, master_key_file=self.first.folder / "data/master.key").start()
        self.estate = Estate(self.first, Document())

    def stop(self):
        for server in (self.second, self.first):
            if server:
                server.close()
        self.cluster.stop()

    def caller(self, server):
        """The provider's administrator at one of the two."""
        return Client(server, self.estate.document, self.estate.admin.client.token)


@pytest.fixture(scope="module")
def pair():
    made = Pair()
    try:
        made.start()
        yield made
        made.second.stop()
        made.first.stop()
    finally:
        made.stop()


def requests_of(estate):
    """operation -> (path, body, another body) of every POST that creates."""
    tenant, user = f"/v1/tenants/{estate.id('alpha_one')}", estate.new_user()["id"]
    client = estate.new_machine()[0]["id"]
    active = estate.person().id
    place = estate.id("alpha")
    return {
        "createTenant": ("/v1/tenants", *({"kind": "customer", "name": unique("t"), "parent_id": place} for _ in "ab")),
        "createUser": (f"{tenant}/users", *({"login": unique("u")} for _ in "ab")),
        "createClient": (f"{tenant}/clients", *({"display_name": unique("m")} for _ in "ab")),
        "createClientSecret": (f"/v1/clients/{client}/secrets", *({"name": unique("s")} for _ in "ab")),
        "createClientKey": (f"/v1/clients/{client}/keys", *({"jwk": new_jwk()} for _ in "ab")),
        "createGrant": (f"{tenant}/grants", *({"principal_id": user, "role": "viewer", "scope": s} for s in ("self", "subtree"))),
        "inviteUser": (f"/v1/users/{user}/invite", None, None),
        "resetUserPassword": (f"/v1/users/{active}/reset-password", None, None),
    }


CREATE = ["createTenant", "createUser", "createClient", "createClientSecret", "createClientKey", "createGrant", "inviteUser",
          "resetUserPassword"]


def counted(pair):
    """Rows of everything that a change writes, as far as there are such tables."""
    with pair.cluster.connect("postgres") as connection:
        tables = connection.execute("""SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
                                        WHERE schemaname IN ('bailiwick', 'vault') ORDER BY 1""").fetchall()
        quiet = [name for name, in tables if not any(word in name for word in ("session", "throttle", "installation", "signing"))]
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in quiet}


@pytest.mark.parametrize("operation", CREATE)
def test_another_process_gives_the_reply_of_the_first(pair, operation):
    path, body, other = requests_of(pair.estate)[operation]
    key = {"Idempotency-Key": unique("key")}
    first = pair.caller(pair.first).post(path, body, 201, headers=key)
    before = counted(pair)
    again = pair.caller(pair.second).post(path, body, 201, headers=key)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers.get("Location") == first.headers.get("Location")
    if "secret" not in first.text and "token" not in first.text:
        assert again.json() == first.json()
    if other:
        pair.caller(pair.second).problem("POST", path, 422, "idempotency_key_reused", json=other, headers=key)
    assert counted(pair) == before


@pytest.mark.parametrize("operation, member", [("createClient", "client_secret"), ("createClientSecret", "client_secret"),
                                               ("inviteUser", "token"), ("resetUserPassword", "token")])
def test_a_secret_is_in_no_kept_reply(pair, operation, member):
    path, body, _ = requests_of(pair.estate)[operation]
    key = unique("key")
    first = pair.caller(pair.first).post(path, body, 201, headers={"Idempotency-Key": key}).json()
    again = pair.caller(pair.second).post(path, body, 201, headers={"Idempotency-Key": key}).json()
    assert first[member] and again[member] is None and again["secret_already_shown"]
    with pair.cluster.connect("postgres") as connection:
        [[kept]] = connection.execute("SELECT body FROM bailiwick.idempotency WHERE key = %s", [key]).fetchall()
    assert first[member] not in kept


def test_a_key_outlives_the_process(pair):
    path, body, other = requests_of(pair.estate)["createTenant"]
    key = {"Idempotency-Key": unique("key")}
    first = pair.caller(pair.first).post(path, body, 201, headers=key)
    pair.first.kill()
    pair.first.start()
    again = pair.caller(pair.first).post(path, body, 201, headers=key)
    assert again.content == first.content and again.headers["Idempotency-Replayed"] == "true"
    pair.caller(pair.first).problem("POST", path, 422, "idempotency_key_reused", json=other, headers=key)


@pytest.mark.parametrize("operation", ["createTenant", "createUser", "createClient", "createGrant"])
def test_two_processes_at_once_make_one(pair, operation):
    path, body, _ = requests_of(pair.estate)[operation]
    key = {"Idempotency-Key": unique("key")}
    callers = [pair.caller(server) for server in (pair.first, pair.second) * (MANY // 2)]
    replies = at_once(MANY, lambda i: callers[i].post(path, body, None, headers=key))
    made = [reply for reply in replies if reply.status_code == 201]
    assert len({reply.headers["Location"] for reply in made}) == 1
    assert sum("Idempotency-Replayed" not in reply.headers for reply in made) == 1
    assert {reply.json()["code"] for reply in replies if reply.status_code != 201} <= {"in_progress"}
    for caller in callers[:2]:
        assert caller.post(path, body, 201, headers=key).headers["Location"] == made[0].headers["Location"]
