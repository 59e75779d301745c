"""Access tokens are verified by npm's jose, which knows of us the URL of the key set and no more."""
import base64
import json
import subprocess
import time

import pytest
import requests

from support.server import binary, environment


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.fixture(name="verified")
def verification(node, server):
    """What jose makes of tokens, by default as they are meant."""
    def verify(*tokens, **other):
        wanted = {"jwks": f"{server.url}/.well-known/jwks.json", "issuer": server.url, "audience": server.url}
        return node("tokens.mjs", {**wanted, **other, "tokens": tokens})
    return verify


def keys(server):
    listed = requests.get(f"{server.url}/.well-known/jwks.json", verify=server.trust, timeout=10).json()["keys"]
    return {key["kid"]: key for key in listed}


def machine_token(estate):
    made, secret = estate.new_machine()
    form = {"grant_type": "client_credentials", "client_id": made["id"], "client_secret": secret}
    reply = estate.admin.client.other().call("POST", "/oauth2/token", 200, data=form)
    return made["id"], reply.json()["access_token"]


def test_a_person_s_and_a_machine_s_token_are_verified(estate, server, verified):
    person, (machine, token) = estate.person(), machine_token(estate)
    before = time.time()
    of_person, of_machine = verified(person.client.token, token)
    assert of_person["payload"]["sub"] == person.id and of_machine["payload"]["sub"] == machine
    assert of_machine["payload"]["client_id"] == machine
    for answer in (of_person, of_machine):
        claims = answer["payload"]
        assert claims["iss"] == claims["aud"] == server.url and claims["jti"] and claims["client_id"]
        assert claims["iat"] <= before + 1 < claims["exp"] <= claims["iat"] + 900
        assert answer["header"]["typ"] == "at+jwt" and answer["header"]["kid"] in keys(server)
    assert of_person["payload"]["jti"] != of_machine["payload"]["jti"]


def test_no_key_of_the_set_is_private(server):
    for key in keys(server).values():
        assert set(key) >= {"kty", "crv", "x", "y", "kid"} and "d" not in key
        assert (key["kty"], key["crv"]) == ("EC", "P-256")


def test_what_is_not_as_it_was_issued_is_not_verified(estate, server, verified):
    token = estate.person().client.token
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    richer = b64(json.dumps({**claims, "sub": estate.admin.id}).encode())
    none = b64(json.dumps({"alg": "none", "typ": "at+jwt"}).encode())
    wrong = [f"{header}.{richer}.{signature}", f"{header}.{payload}.{b64(bytes(64))}", f"{none}.{payload}.",
             f"{header}.{payload}.{signature[:-4]}AAAA"]
    assert [list(answer) for answer in verified(*wrong)] == [["error"]] * len(wrong)
    for other in ({"audience": "https://api.example"}, {"issuer": "https://issuer.example"}):
        assert verified(token, **other) == [{"error": "ERR_JWT_CLAIM_VALIDATION_FAILED"}]
    for each in wrong:  # and the service agrees
        estate.admin.client.other(each).get("/v1/me", 401)


def test_a_rotation_takes_nothing_from_tokens_of_before(estate, server, verified):
    """The next key stands in the set before it signs, so that who fetched the set knows it in time."""
    token, before = estate.person().client.token, keys(server)
    done = subprocess.run([binary(), "rotate-keys"], env=environment(server.settings), cwd="/", capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    deadline = time.monotonic() + 20
    while len(keys(server)) == len(before):
        assert time.monotonic() < deadline, "the next key does not come into the set"
        time.sleep(0.2)
    assert before.keys() < keys(server).keys()
    fresh = estate.person().client.token
    assert all("payload" in answer for answer in verified(token, fresh))
