"""Nobody takes so many requests that others are left with none, and who is close to that is told."""
import re

import pytest

from support.client import Client
from support.estate import Estate
from support.server import Server

# Ten seconds' worth at once: 30 requests of a client, 80 of a tenant, 50 of an address.
BUDGETS = {"client_budget": 3, "tenant_budget": 8, "address_budget": 5}


@pytest.fixture(scope="module", name="estate")
def estate_of_few_requests(document):
    """Made under wide budgets, then started again under narrow ones."""
    server = Server()
    try:
        estate = Estate(server.start(), document)
        estate.people = {name: [estate.person(name, "viewer") for _ in range(4)] for name in ("alpha_one", "alpha_two")}
        estate.machines = [estate.machine("beta_one", "viewer") for _ in range(2)]
        server.stop()
        server.settings.update(BUDGETS)
        server.start()
        yield estate
        server.stop()
    finally:
        server.close()


def spend(caller, path="/v1/tenants", most=200):
    """The replies up to the first that is refused."""
    replies = []
    while len(replies) < most and (not replies or replies[-1].status_code != 429):
        replies.append(caller.get(path, None))
    return replies


def left(reply):
    """(policy, quota, window, remaining, reset) that the headers tell."""
    policy, quota, window = re.fullmatch(r'"(\w+)";q=(\d+);w=(\d+)', reply.headers["RateLimit-Policy"]).groups()
    same, remaining, reset = re.fullmatch(r'"(\w+)";r=(\d+);t=(\d+)', reply.headers["RateLimit"]).groups()
    assert same == policy
    return policy, int(quota), int(window), int(remaining), int(reset)


def test_a_client_has_a_budget_and_is_told_when_half_of_it_is_spent(estate):
    replies = spend(estate.machines[0])
    assert 30 <= len(replies) - 1 < 60  # what comes in meanwhile is more
    assert all(reply.status_code == 200 for reply in replies[:-1])
    assert "RateLimit" not in replies[0].headers
    assert left(replies[-2])[:3] == ("client", 30, 10)
    refused = replies[-1]
    assert refused.json()["code"] == "over_budget" and int(refused.headers["Retry-After"]) >= 1
    assert left(refused)[:4] == ("client", 30, 10, 0)
    estate.machines[1].get("/v1/me")


def test_what_is_refused_is_looked_at_no_further(estate):
    """Nor is a change made."""
    person = estate.people["alpha_two"][0]
    spend(person.client)
    person.client.put("/v1/me/password", {"current_password": person.password, "new_password": "x"}, 429)
    person.client.problem("DELETE", f"/v1/grants/{person.id}", 429, "over_budget")


def test_a_tenant_has_a_budget_and_its_neighbour_another(estate):
    refused = [spend(person.client)[-1] for person in estate.people["alpha_one"]]
    assert left(refused[0])[0] == "client"
    assert left(refused[-1])[:4] == ("tenant", 80, 10, 0)
    for person in estate.people["alpha_two"][1:]:
        assert person.client.get("/v1/tenants").status_code == 200


def test_nobody_is_told_what_others_of_the_tenant_use(estate):
    for person in estate.people["alpha_two"][1:]:
        reply = person.client.get("/v1/tenants")
        assert "RateLimit" not in reply.headers


def test_an_address_without_a_token_that_is_good_has_a_budget(estate):
    caller = Client(estate.server, estate.document, "bw1_nonsense")
    caller.address = "198.51.100.1"
    replies = spend(caller)
    assert {reply.status_code for reply in replies[:-1]} == {401}
    assert 50 <= len(replies) - 1 < 100
    assert left(replies[-1])[0] == "address"
    body = {"login": "nobody", "password": "not the one that it is", "tenant": "none"}
    caller.token = None
    caller.post("/v1/login", body, 429)
    caller.call("POST", "/oauth2/token", 429, data={"grant_type": "client_credentials"})
    other = caller.other()
    other.post("/v1/login", body, 401)
    # A good token is not charged for what others send from there.
    machine = estate.machines[1]
    machine.call("GET", "/v1/me", 200, headers={"X-Forwarded-For": "198.51.100.1"})


def test_an_address_is_charged_on_for_a_client_that_was_refused_too_often(estate):
    caller = Client(estate.server, estate.document)
    caller.address = "198.51.100.3"
    form = {"client_id": "of-nobody", "client_secret": "wrong", "token": "x"}
    replies = [caller.call("POST", "/oauth2/introspect", None, data=form) for _ in range(80)]
    assert {reply.status_code for reply in replies} == {401, 429}
    assert left(replies[-1])[:2] == ("address", 50) and any(left(reply)[3] == 0 for reply in replies[-30:])


def test_what_memory_answers_counts_a_hundredth(estate):
    machine = estate.machines[1]
    for _ in range(200):
        machine.get("/v1/me")
    reply = machine.get("/v1/tenants")
    assert "RateLimit" not in reply.headers or left(reply)[3] > 10
