"""Machines get tokens by npm's openid-client, which knows of us the issuer's URL and no more."""
import pytest


@pytest.fixture(name="machine")
def new_machine(estate):
    return estate.new_machine("alpha_one", "viewer")


def ask(node, server, id, **how):
    return node("machine.mjs", {"issuer": server.url, "id": id, **how})


@pytest.fixture(name="registered", params=["ES256", "RS256"])
def key_of_its_own(request, node, estate, machine):
    """A private key that never left the machine's program, whose public half is registered."""
    pair = node("machine.mjs", {"make": request.param})
    made = estate.admin.client.post(f"/v1/clients/{machine[0]['id']}/keys", {"jwk": pair["public"], "name": "its own"}, 201)
    return {"key": pair["private"], "kid": made.json()["kid"]}


def works_as(estate, answer, id):
    assert "error" not in answer, answer
    assert answer["token"]["token_type"].lower() == "bearer" and 0 < answer["token"]["expires_in"] <= 900
    me = estate.admin.client.other(answer["token"]["access_token"]).get("/v1/me").json()
    assert (me["id"], me["kind"]) == (id, "client")


@pytest.mark.parametrize("basic", [False, True])
def test_a_secret_gets_a_token_by_discovery(estate, node, server, machine, basic):
    client, secret = machine
    answer = ask(node, server, client["id"], secret=secret, basic=basic)
    works_as(estate, answer, client["id"])
    assert answer["metadata"]["issuer"] == server.url
    assert answer["metadata"]["response_types_supported"] == []
    endpoints = {name: url for name, url in answer["metadata"].items() if name.endswith(("_endpoint", "_uri"))}
    assert endpoints and all(url.startswith(f"{server.url}/") for url in endpoints.values())


def test_a_private_key_gets_a_token_by_discovery(estate, node, server, machine, registered):
    works_as(estate, ask(node, server, machine[0]["id"], **registered), machine[0]["id"])


def test_a_wrong_secret_or_key_gets_none(node, server, machine, registered):
    other = node("machine.mjs", {"make": registered["key"]["alg"]})
    for how in ({"secret": machine[1][:-1] + ("A" if machine[1][-1] != "A" else "B")}, {"secret": "x" * 40, "basic": True},
                {"key": other["private"], "kid": registered["kid"]}, {"key": other["private"], "kid": "another"}):
        answer = ask(node, server, machine[0]["id"], **how)
        assert (answer["error"], answer["status"]) == ("invalid_client", 401), answer


def test_a_token_is_introspected_and_given_up(estate, node, server):
    """By a client that may look at tokens; once given up, it says so and opens nothing."""
    client, secret = estate.new_machine("alpha_one", "introspector")
    answer = ask(node, server, client["id"], secret=secret, introspect=True, revoke=True)
    assert answer["before"]["active"] is True and answer["before"]["client_id"] == client["id"], answer
    assert answer["after"] == {"active": False}
    estate.admin.client.other(answer["token"]["access_token"]).get("/v1/me", 401)
