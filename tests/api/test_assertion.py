"""Machines that sign: their public keys, and the assertions (RFC 7523) that get tokens by them, each once."""
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest

from support.estate import unique
from support.keys import TYPE, Key

CRED = {"grant_type": "client_credentials"}


@pytest.fixture(name="machine")
def new_machine(estate):
    """A client without a secret that sees something."""
    made = estate.admin.client.post(f"/v1/tenants/{estate.id('alpha_one')}/clients",
                                    {"display_name": unique("signer"), "with_secret": False}, 201).json()
    assert made["client_secret"] is None
    estate.grant("alpha_one", made["client"]["id"], "viewer")
    return made["client"]


@pytest.fixture(name="key", scope="module")
def one_key():
    return Key()


@pytest.fixture(name="registered")
def registered_key(admin, machine, key):
    return admin.post(f"/v1/clients/{machine['id']}/keys", {"pem": key.pem}, 201).json()


@pytest.fixture(name="issuer")
def base_url(estate):
    return estate.server.url


def ask(caller, assertion, status=200, **more):
    form = CRED | {"client_assertion_type": TYPE, "client_assertion": assertion} | more
    return caller.other().call("POST", "/oauth2/token", status, data=form)


def refused(caller, assertion, **more):
    reply = ask(caller, assertion, 401, **more)
    assert reply.json() == {"error": "invalid_client"}


def moment(seconds):
    return (datetime.now(timezone.utc) + timedelta(seconds=seconds)).isoformat()


@pytest.mark.parametrize("form", ["pem", "jwk"])
@pytest.mark.parametrize("bits", [None, 2048, 3072])
def test_a_registered_key_gets_tokens(admin, machine, anonymous, issuer, bits, form):
    key = Key(bits)
    made = admin.post(f"/v1/clients/{machine['id']}/keys", {form: getattr(key, form), "name": "mine"}, 201)
    row = made.json()
    assert (row["algorithm"], row["name"], row["last_used_at"]) == (key.algorithm, "mine", None)
    assert row["pem"].strip() == key.pem.strip() and len(row["kid"]) == 43
    reply = ask(anonymous, key.assertion(machine["id"], issuer, {"kid": row["kid"]})).json()
    me = anonymous.other(reply["access_token"]).get("/v1/me").json()
    assert (me["id"], me["kind"]) == (machine["id"], "client")
    listed, = admin.pages(f"/v1/clients/{machine['id']}/keys")
    assert listed["last_used_at"] is not None and listed["id"] == row["id"]


def test_the_token_endpoint_or_the_issuer_is_meant_and_a_client_id_may_stand_beside(machine, registered, key, anonymous, issuer):
    for audience in (issuer, f"{issuer}/oauth2/token", [issuer]):
        ask(anonymous, key.assertion(machine["id"], audience), client_id=machine["id"])
    for audience in (f"{issuer}/", "http://evil.example", [issuer, "http://evil.example"], [], None, f"{issuer}/v1/login"):
        refused(anonymous, key.assertion(machine["id"], audience))


def test_an_assertion_is_good_once(machine, registered, key, anonymous, issuer):
    """Fifty at once: one of them."""
    assertion = key.assertion(machine["id"], issuer)
    form = CRED | {"client_assertion_type": TYPE, "client_assertion": assertion}
    callers = [anonymous.other() for _ in range(50)]
    with ThreadPoolExecutor(50) as pool:
        replies = list(pool.map(lambda caller: caller.call("POST", "/oauth2/token", data=form), callers))
    assert sorted(reply.status_code for reply in replies) == [200] + 49 * [401]
    refused(anonymous, assertion)
    ask(anonymous, key.assertion(machine["id"], issuer))


def test_two_clients_may_choose_the_same_jti(estate, admin, machine, registered, key, anonymous, issuer):
    other, _ = estate.new_machine("alpha_one", "viewer")
    admin.post(f"/v1/clients/{other['id']}/keys", {"jwk": key.jwk}, 201)
    for client in (machine, other):
        ask(anonymous, key.assertion(client["id"], issuer, jti="1"))


def test_times_are_pinned(machine, registered, key, anonymous, issuer):
    now = int(time.time())
    for wrong in ({"exp": now - 1}, {"exp": now + 3600}, {"exp": None}, {"exp": str(now + 60)}, {"exp": now + 60.5},
                  {"exp": 2**63}, {"nbf": now + 300}, {"nbf": "0"}, {"iat": now + 300}, {"iat": 1.5}, {"jti": None}, {"jti": 7}):
        refused(anonymous, key.assertion(machine["id"], issuer, **wrong))
    ask(anonymous, key.assertion(machine["id"], issuer, nbf=now - 5, iat=now))


def test_who_signs_for_somebody_else_gets_nothing(estate, admin, machine, registered, key, anonymous, issuer):
    """Neither by a name in the claims, nor by the kid of another client's key."""
    other, _ = estate.new_machine("beta", "viewer")
    theirs = Key()
    row = admin.post(f"/v1/clients/{other['id']}/keys", {"jwk": theirs.jwk, "kid": "theirs"}, 201).json()
    refused(anonymous, key.assertion(other["id"], issuer))
    refused(anonymous, theirs.assertion(machine["id"], issuer, {"kid": row["kid"]}))
    refused(anonymous, key.assertion(machine["id"], issuer, sub=other["id"]))
    refused(anonymous, key.assertion(machine["id"], issuer), client_id=other["id"])
    refused(anonymous, key.assertion("0190a5b8-7c4e-7000-8000-000000000000", issuer))
    refused(anonymous, Key().assertion(machine["id"], issuer, {"kid": registered["kid"]}))


@pytest.mark.parametrize("header", [
    {"alg": "none"}, {"alg": "HS256"}, {"alg": "RS256"}, {"alg": "es256"}, {"alg": None}, {"crit": ["exp"]}, {"typ": "at+jwt"},
    {"kid": "nobody"}, {"kid": 1}, {"b64": False},
])
def test_the_header_chooses_nothing(machine, registered, key, anonymous, issuer, header):
    """D1, D2 and D9."""
    refused(anonymous, key.assertion(machine["id"], issuer, header))


def test_without_a_kid_only_the_one_key_there_is_can_be_meant(admin, machine, registered, key, anonymous, issuer):
    ask(anonymous, key.assertion(machine["id"], issuer))
    second = Key()
    admin.post(f"/v1/clients/{machine['id']}/keys", {"jwk": second.jwk, "kid": "second"}, 201)
    refused(anonymous, key.assertion(machine["id"], issuer))
    ask(anonymous, key.assertion(machine["id"], issuer, {"kid": registered["kid"]}))
    ask(anonymous, second.assertion(machine["id"], issuer, {"kid": "second"}))


@pytest.mark.parametrize("change", [
    {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"}, {"client_assertion_type": ""},
    {"client_assertion": ""}, {"client_secret": "bws_x"},
])
def test_a_client_shows_one_proof_and_says_which_kind(machine, registered, key, anonymous, issuer, change):
    form = CRED | {"client_assertion_type": TYPE, "client_assertion": key.assertion(machine["id"], issuer)} | change
    assert anonymous.other().call("POST", "/oauth2/token", 400, data=form).json() == {"error": "invalid_request"}


def test_garbage_is_an_invalid_client(anonymous):
    for text in ("x", "a.b.c", "...", "A" * 9000):
        refused(anonymous, text)


def test_a_deleted_key_verifies_nothing_and_its_tokens_are_refused_at_once(admin, machine, registered, key, anonymous, issuer):
    path = f"/v1/clients/{machine['id']}/keys"
    second = Key()
    kept = admin.post(path, {"jwk": second.jwk}, 201).json()
    tokens = [ask(anonymous, signer.assertion(machine["id"], issuer, {"kid": row["kid"]})).json()["access_token"]
              for signer, row in ((key, registered), (second, kept))]
    admin.delete(f"{path}/{registered['id']}")
    anonymous.other(tokens[0]).get("/v1/me", 401)
    anonymous.other(tokens[1]).get("/v1/me")
    refused(anonymous, key.assertion(machine["id"], issuer, {"kid": registered["kid"]}))
    admin.delete(f"{path}/{registered['id']}", 404)
    assert [row["id"] for row in admin.pages(path)] == [kept["id"]]


def test_a_key_ends_when_it_says_and_its_tokens_with_it(admin, machine, anonymous, issuer):
    key = Key()
    admin.post(f"/v1/clients/{machine['id']}/keys", {"jwk": key.jwk, "expires_at": moment(4)}, 201)
    reply = ask(anonymous, key.assertion(machine["id"], issuer)).json()
    assert 1 <= reply["expires_in"] <= 4
    time.sleep(4.5)
    refused(anonymous, key.assertion(machine["id"], issuer))
    anonymous.other(reply["access_token"]).get("/v1/me", 401)


def test_a_private_key_is_refused_by_name_and_logged_nowhere(estate, admin, machine):
    path = f"/v1/clients/{machine['id']}/keys"
    key, long = Key(), Key(2048)
    for body in ({"pem": key.private_pem}, {"jwk": key.private_jwk}, {"pem": long.private_pem}, {"jwk": long.private_jwk},
                 {"jwk": {"kty": "oct", "k": "c2VjcmV0"}}):
        admin.problem("POST", path, 422, "private_key", json=body)
    assert list(admin.pages(path)) == []
    logged = estate.server.logged()
    assert "createClientKey: private_key" in logged
    assert not any(secret in logged for secret in (key.private_jwk["d"], long.private_jwk["d"], key.private_pem.splitlines()[1]))


@pytest.mark.parametrize("body, field", [
    ({}, "pem"), ({"pem": "hello"}, "pem"), ({"pem": 1}, "pem"), ({"pem": "x" * 8193}, "pem"), ({"jwk": {}}, "jwk"), ({"jwk": "x"}, "jwk"),
    ({"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}}, "jwk"), ({"pem": Key(1024).pem}, "pem"), ({"jwk": Key(1024).jwk}, "jwk"),
    ({"jwk": Key().jwk | {"use": "enc"}}, "jwk"), ({"jwk": Key().jwk | {"alg": "RS256"}}, "jwk"),
    ({"jwk": Key().jwk | {"crv": "P-384"}}, "jwk"), ({"pem": Key().pem, "jwk": Key().jwk}, "pem"),
    ({"jwk": Key().jwk, "kid": "a b"}, "kid"), ({"jwk": Key().jwk, "kid": ""}, "kid"), ({"jwk": Key().jwk | {"kid": 1}}, "jwk"),
    ({"jwk": Key().jwk, "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"), ({"jwk": Key().jwk, "name": ""}, "name"),
])
def test_what_is_no_key_for_signatures_is_refused_by_field(admin, machine, body, field):
    problem = admin.problem("POST", f"/v1/clients/{machine['id']}/keys", 400, "malformed", json=body)
    assert [error["field"] for error in problem["errors"]] == [field]


def test_a_kid_is_unique_in_its_client_and_comes_with_the_key(admin, estate, machine):
    path, key = f"/v1/clients/{machine['id']}/keys", Key()
    assert admin.post(path, {"jwk": key.jwk | {"kid": "mine"}}, 201).json()["kid"] == "mine"
    assert admin.post(path, {"jwk": key.jwk | {"kid": "mine"}, "kid": "other"}, 201).json()["kid"] == "other"
    admin.problem("POST", path, 409, "already_exists", json={"jwk": Key().jwk, "kid": "mine"})
    other, _ = estate.new_machine("alpha_one")
    admin.post(f"/v1/clients/{other['id']}/keys", {"jwk": key.jwk, "kid": "mine"}, 201)


def test_five_keys_stand_side_by_side(admin, machine):
    path = f"/v1/clients/{machine['id']}/keys"
    for _ in range(5):
        admin.post(path, {"jwk": Key().jwk}, 201)
    admin.problem("POST", path, 422, "limit_reached", json={"jwk": Key().jwk})


def test_a_key_is_no_secret_and_a_secret_no_key(admin, machine, registered):
    secret = admin.post(f"/v1/clients/{machine['id']}/secrets", {}, 201).json()["secret"]
    admin.delete(f"/v1/clients/{machine['id']}/secrets/{registered['id']}", 404)
    admin.delete(f"/v1/clients/{machine['id']}/keys/{secret['id']}", 404)
    admin.delete(f"/v1/clients/{machine['id']}/keys/x", 404)


def test_a_suspended_client_signs_in_vain(admin, machine, registered, key, anonymous, issuer):
    admin.patch(f"/v1/clients/{machine['id']}", {"state": "suspended"})
    refused(anonymous, key.assertion(machine["id"], issuer))
    admin.patch(f"/v1/clients/{machine['id']}", {"state": "active"})
    ask(anonymous, key.assertion(machine["id"], issuer))
