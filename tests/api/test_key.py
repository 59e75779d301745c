"""Access tokens as anybody else verifies them, and the keys that sign them: made, exchanged, shared by processes."""
import base64
import contextlib
import json
import subprocess
import threading
import time

import jwt
import psycopg
import pytest

from support.client import Client
from support.cluster import Cluster
from support.estate import Estate, unique
from support.server import Server, binary, environment

PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "k"}


def key_set(caller):
    return caller.get("/.well-known/jwks.json").json()["keys"]


def names(caller):
    return [key["kid"] for key in key_set(caller)]


def kid(token):
    return jwt.get_unverified_header(token)["kid"]


def verified(token, caller, url):
    """What a token says, by python3-jwt and the published keys alone."""
    keys = jwt.PyJWKSet.from_dict({"keys": key_set(caller)})
    key = next(key for key in keys.keys if key.key_id == kid(token))
    return jwt.decode(token, key.key, algorithms=["ES256"], audience=url, issuer=url,
                      options={"require": ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"]})


def database(server):
    """A connection to the private database, past every wall."""
    conninfo = (server.folder / "data/conninfo").read_text()
    return psycopg.connect(f"{conninfo} user=postgres", autocommit=True)


def age(connection, span):
    """As if all keys were older by so much."""
    connection.execute(f"UPDATE vault.signing_key SET signs_from = signs_from - interval '{span}'")


def rotate(server, *words, status=0):
    done = subprocess.run([binary(), "rotate-keys", *words], env=environment(server.settings), cwd="/", check=False,
                          capture_output=True, text=True)
    assert done.returncode == status, done.stderr
    return done.stdout


def until(true, seconds=15):
    """What `true` gives once it is."""
    deadline = time.monotonic() + seconds
    while True:
        value = true()
        if value:
            return value
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_the_key_set_is_public_and_may_be_kept(anonymous):
    reply = anonymous.get("/.well-known/jwks.json")
    assert reply.headers["Content-Type"] == "application/jwk-set+json"
    assert reply.headers["Cache-Control"] == "public, max-age=300"
    keys = reply.json()["keys"]
    assert len({key["kid"] for key in keys}) == len(keys) >= 1
    assert not any(PRIVATE & set(key) for key in keys)


def test_a_persons_token_is_one_of_rfc_9068(estate, server, anonymous):
    person = estate.person("alpha_one", "viewer")
    before = time.time()
    reply = anonymous.post("/v1/login", person.body(audience="partner")).json()
    header, claims = jwt.get_unverified_header(reply["access_token"]), verified(reply["access_token"], anonymous, server.url)
    assert header == {"alg": "ES256", "typ": "at+jwt", "kid": header["kid"]}
    assert claims["iss"] == claims["aud"] == server.url
    assert (claims["sub"], claims["sid"]) == (person.id, reply["session_id"])
    assert claims["exp"] - claims["iat"] == reply["expires_in"] == 900
    assert claims["portal"] == claims["client_id"] == "partner"
    assert (claims["acr"], claims["amr"]) == ("aal1", ["pwd"]) and "factor_time" not in claims
    assert before - 1 <= claims["auth_time"] <= claims["iat"] <= time.time()
    again = anonymous.post("/v1/login", person.body()).json()["access_token"]
    assert verified(again, anonymous, server.url)["jti"] != claims["jti"]


def test_a_second_factor_stands_in_the_token_with_its_time(estate, server, anonymous):
    person = estate.person("alpha_one", "viewer").enrol()
    claims = verified(person.client.token, anonymous, server.url)
    assert (claims["acr"], claims["amr"]) == ("aal2", ["pwd", "otp", "mfa"])
    assert claims["auth_time"] <= claims["factor_time"] <= claims["iat"]


def test_a_refreshed_token_keeps_the_time_of_its_proofs(estate, server, anonymous):
    person = estate.person("alpha_one", "viewer")
    first = verified(person.client.token, anonymous, server.url)
    time.sleep(1.1)
    reply = anonymous.post("/v1/token/refresh", {"refresh_token": person.refresh_token}).json()
    claims = verified(reply["access_token"], anonymous, server.url)
    assert claims["auth_time"] == first["auth_time"] and claims["iat"] > first["iat"]
    assert (claims["sid"], claims["sub"]) == (first["sid"], first["sub"])


def client_token(admin, estate, anonymous):
    made = admin.post(f"/v1/tenants/{estate.id('alpha')}/clients", {"display_name": unique("m")}, 201).json()
    reply = anonymous.post("/oauth2/token", data={"grant_type": "client_credentials", "client_id": made["client"]["id"],
                                                  "client_secret": made["client_secret"]}).json()
    return made, reply["access_token"]


def test_a_clients_token_names_itself_and_no_person(estate, server, admin, anonymous):
    made, token = client_token(admin, estate, anonymous)
    claims = verified(token, anonymous, server.url)
    assert claims["sub"] == claims["client_id"] == made["client"]["id"]
    assert not {"acr", "amr", "auth_time", "factor_time"} & set(claims)


def segment(value):
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).rstrip(b"=").decode()


def test_what_says_another_algorithm_or_key_is_refused(estate, anonymous):
    """SECURITY.md D1, D2, D9, over HTTP; tests/unit/authn/test_token_corpus.c has the many."""
    token = estate.person("alpha_one", "viewer").client.token
    _, payload, signature = token.split(".")
    own = key_set(anonymous)[0]
    for header in ({"alg": "none"}, {"alg": "none", "typ": "at+jwt", "kid": own["kid"]}, {"alg": "HS256", "typ": "at+jwt"},
                   {"alg": "ES256", "kid": "../" + own["kid"], "typ": "at+jwt"},
                   {"alg": "ES256", "kid": own["kid"], "typ": "JWT"},
                   {"alg": "ES256", "kid": own["kid"], "typ": "at+jwt", "jwk": own},
                   {"alg": "ES256", "kid": own["kid"], "typ": "at+jwt", "jku": "http://127.0.0.1:1/"}):
        for last in (signature, ""):
            anonymous.other(f"{segment(header)}.{payload}.{last}").problem("GET", "/v1/me", 401, "unauthenticated")
    anonymous.other(token).get("/v1/me")


def refused(caller, path, **body):
    """As what is unknown there, or for being longer than what can be known."""
    reply = caller.other().call("POST", path, **body)
    assert reply.status_code in (400, 401, 422), reply.text
    assert not {"access_token", "refresh_token", "login"} & set(reply.json())


def test_no_kind_of_token_stands_in_for_another(estate, admin, anonymous):
    """SECURITY.md D4: each where each other belongs."""
    person = estate.person("alpha_one", "viewer").enrol()
    pending = anonymous.post("/v1/login", person.body()).json()["pending_token"]
    made, machine = client_token(admin, estate, anonymous)
    page = admin.get("/v1/tenants", params={"limit": 1}).json()
    kinds = {"access": person.client.token, "machine": machine, "pending": pending, "refresh": person.refresh_token,
             "secret": made["client_secret"], "cursor": page["next_cursor"],
             "invitation": estate.invite(estate.new_user("alpha_one")["id"])}
    assert len(set(kinds.values())) == 7
    for kind, token in kinds.items():
        if kind not in ("access", "machine"):
            anonymous.other(token).problem("GET", "/v1/me", 401, "unauthenticated")
        if kind != "refresh":
            refused(anonymous, "/v1/token/refresh", json={"refresh_token": token})
        if kind != "pending":
            refused(anonymous, "/v1/login/totp", json={"pending_token": token, "code": "000000"})
        if kind != "invitation":
            refused(anonymous, "/v1/invitations/accept", json={"token": token, "password": "an entirely different one"})
        if kind != "secret":
            refused(anonymous, "/oauth2/token", data={
                "grant_type": "client_credentials", "client_id": made["client"]["id"], "client_secret": token})
        if kind != "cursor":
            admin.get("/v1/tenants", 400, params={"limit": 1, "cursor": token})


@pytest.fixture(name="rotating")
def service_of_its_own(document):
    """A service whose keys take ten seconds to sign, its estate, and its database."""
    server = Server(signing_key_lead=10)
    try:
        estate = Estate(server.start(), document)
        with contextlib.closing(database(server)) as connection:
            yield server, estate, connection
        server.stop()
    finally:
        server.close()


def test_keys_are_exchanged_while_serving(rotating):
    """SECURITY.md D24: published first, then signing; the old one until its last token is over."""
    server, estate, connection = rotating
    caller, person = estate.admin.client, estate.person("alpha", "viewer")
    old_token = person.client.token
    old = kid(old_token)
    assert names(caller) == [old]
    said = rotate(server)
    new = said.split()[1]
    until(lambda: names(caller) == [new, old])
    assert kid(person.log_in().client.token) == old  # published, and not yet signing
    until(lambda: kid(person.log_in().client.token) == new)
    fresh = person.client.token
    for token in (old_token, fresh):
        caller.other(token).get("/v1/me")
        verified(token, caller, server.url)
    age(connection, "17 minutes")  # the last token of the old key is over
    until(lambda: names(caller) == [new])
    caller.other(old_token).problem("GET", "/v1/me", 401, "unauthenticated")
    caller.other(fresh).get("/v1/me")


def test_a_rotation_alone_ends_what_was_signed_before(rotating):
    server, estate, _ = rotating
    caller, person = estate.admin.client, estate.person("alpha", "viewer")
    old_token = person.client.token
    caller.other(old_token).get("/v1/me")  # it is remembered as verified
    new = rotate(server, "alone").split()[1]
    until(lambda: names(caller) == [new])
    caller.other(old_token).problem("GET", "/v1/me", 401, "unauthenticated")
    reply = caller.other().post("/v1/token/refresh", {"refresh_token": person.refresh_token}).json()
    assert kid(reply["access_token"]) == new
    caller.other(reply["access_token"]).get("/v1/me")


def test_a_key_whose_time_is_over_is_exchanged_by_itself(rotating):
    server, estate, connection = rotating
    caller = estate.admin.client
    old = names(caller)[0]
    age(connection, "91 days")
    keys = until(lambda: len(names(caller)) == 2 and names(caller))
    assert keys[1] == old
    events = connection.execute("SELECT actor_kind, after ->> 'kid' FROM bailiwick.audit_event WHERE action = "
                                "'rotateSigningKeys' ORDER BY at DESC LIMIT 1").fetchall()
    assert events == [("system", keys[0])]
    time.sleep(5)
    assert names(caller) == keys


def test_rotating_is_on_record(rotating):
    server, estate, _ = rotating
    new = rotate(server).split()[1]
    events = estate.admin.client.get(f"/v1/tenants/{estate.admin.tenant_id}/audit").json()["items"]
    event = next(event for event in events if event["action"] == "rotateSigningKeys")
    assert event["actor"]["kind"] == "operator" and event["after"]["kid"] == new


def test_no_private_key_leaves_the_process(rotating):
    """Neither the vault in clear, nor the log, nor what a command says."""
    server, _, connection = rotating
    said = rotate(server)
    rows = connection.execute("SELECT kid, sealed_key FROM vault.signing_key").fetchall()
    assert len(rows) == 2 and all(len(sealed) == 96 + 29 and sealed[0] == 1 for _, sealed in rows)
    assert len({bytes(sealed) for _, sealed in rows}) == 2
    assert "BEGIN" not in said + server.logged()


@pytest.mark.parametrize("words", [("now",), ("alone", "alone"), ("--signing-key-lead", "1")])
def test_rotating_wrongly_rotates_nothing(rotating, words):
    server, estate, _ = rotating
    rotate(server, *words, status=3)
    assert len(names(estate.admin.client)) == 1


def test_a_killed_rotation_has_happened_or_not(rotating):
    """kill -9 at any moment: whole rows, one event each, and all tokens good."""
    server, estate, connection = rotating
    caller, token = estate.admin.client, estate.admin.client.token
    made = 0
    for delay in (0.02, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.2):
        if made >= 8:  # as many as may be believed at once, and some room
            break
        process = subprocess.Popen([binary(), "rotate-keys"], env=environment(server.settings), cwd="/",
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.kill()
        process.wait()
        time.sleep(0.3)  # the server of the database notices
        made, events = connection.execute(
            "SELECT (SELECT count(*) FROM vault.signing_key), (SELECT count(*) FROM bailiwick.audit_event "
            "WHERE action = 'rotateSigningKeys')").fetchone()
        assert made == events, "a key without its event, or an event without its key"
        caller.other(token).get("/v1/me")
        assert kid(token) in names(caller)
    rotate(server)
    until(lambda: len(names(caller)) == made + 1)


class Processes:
    """Two services on one database."""

    def __init__(self, **settings):
        self.cluster, self.servers, self.settings = Cluster(), [], settings

    def __enter__(self):
        self.cluster.start_migrated()
        url = {"database_url": self.cluster.url}
        first = Server(**url, **self.settings)
        self.servers.append(first)
        first.settings["base_url"] = first.url
        first.start()
        key = first.folder / "data/master.key"
        second = Server(**url, **self.settings, base_url=first.url, master_key_file=key)
        self.servers.append(second)
        second.start()
        return self

    def __exit__(self, *_):
        try:
            for server in self.servers:
                server.stop()
        finally:
            for server in self.servers:
                server.close()
            self.cluster.stop()


@pytest.fixture(name="processes")
def two_processes():
    with Processes(signing_key_lead=10) as processes:
        yield processes


def test_processes_share_their_keys(processes, document):
    """A key that one has made verifies in the other, before anybody can meet a token of it; and due keys are made once."""
    one, other = processes.servers
    estate = Estate(one, document)
    here, there = estate.admin.client, Client(other, document)
    assert names(here) == names(there)
    there.other(here.token).get("/v1/me")
    made = [name for server in (one, other) for name in rotate(server).split()[1:2]]
    until(lambda: set(made) < set(names(here)) and names(here) == names(there))
    until(lambda: kid(estate.admin.log_in().client.token) in made)
    there.other(here.token).get("/v1/me")
    with processes.cluster.connect("postgres") as connection:
        age(connection, "91 days")
    before = set(made) | {kid(here.token)}
    until(lambda: set(names(here)) - before)
    time.sleep(5)
    assert len(set(names(here)) - before) == 1 and names(here) == names(there)


def test_processes_that_rotate_at_once_each_make_one(processes, document):
    one, other = processes.servers
    caller, said = Client(one, document), []
    threads = [threading.Thread(target=lambda server=server: said.append(rotate(server))) for server in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = {line.split()[1] for line in said}
    assert len(made) == 2
    until(lambda: made < set(names(caller)))
