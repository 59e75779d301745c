"""What two do at once, by two processes, breaks no rule that holds for one after the other."""
import threading
import time

import pytest
from conftest import two_processes
from support.client import Client
from support.estate import Estate, unique

ROUNDS = 6


@pytest.fixture(scope="module", name="pair")
def two_processes_with_an_estate(document):
    with two_processes() as (one, other):
        yield Estate(one, document), other


def at_once(*calls):
    """What each gave, all begun together."""
    gate, found = threading.Barrier(len(calls)), [None] * len(calls)

    def run(i):
        gate.wait()
        found[i] = calls[i]()

    threads = [threading.Thread(target=run, args=(i,), daemon=True) for i in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def arrived(person, server, document):
    """Signed in at another process, whose tokens are its own, once it has followed to what they hold."""
    caller = Client(server, document)
    caller.token = caller.post("/v1/login", person.body()).json()["access_token"]
    deadline = time.monotonic() + 30
    while not caller.get("/v1/me").json()["roots"]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return caller


def grant_of(admin, person):
    return next(admin.pages(f"/v1/users/{person.id}/grants"))["id"]


def take(caller, whom, grant, how):
    """Takes from somebody what they run a tenant by."""
    if how == "revoke":
        return caller.call("DELETE", f"/v1/grants/{grant}")
    return caller.call("POST", f"/v1/users/{whom.id}/{how}")


@pytest.mark.parametrize("mine, theirs", [("revoke", "revoke"), ("suspend", "revoke"), ("suspend", "suspend"), ("terminate", "revoke")])
def test_two_who_run_a_tenant_do_not_end_each_other(pair, document, mine, theirs):
    estate, other = pair
    admin = estate.admin.client
    for _ in range(ROUNDS):
        tenant = estate.new_tenant()
        estate.tenants["contested"] = tenant
        people = [estate.person("contested", "customer_admin") for _ in range(2)]
        grants = [grant_of(admin, person) for person in people]
        callers = [people[0].client, arrived(people[1], other, document)]
        replies = at_once(lambda: take(callers[0], people[1], grants[1], mine), lambda: take(callers[1], people[0], grants[0], theirs))
        left = [person.id for person in people
                if admin.get(f"/v1/users/{person.id}").json()["state"] == "active" and list(admin.pages(f"/v1/users/{person.id}/grants"))]
        assert left, [reply.text for reply in replies]
        assert sum(reply.status_code < 300 for reply in replies) == 2 - len(left)
        assert {reply.json()["code"] for reply in replies if reply.status_code >= 400} <= {
            "last_admin", "unauthenticated", "forbidden", "not_found", "privileged", "busy"}


def test_a_name_at_a_tenant_and_above_it_is_one_roles(pair, document):
    estate, other = pair
    there, elsewhere = estate.admin.client, arrived(estate.person("alpha", "partner_admin"), other, document)
    for _ in range(2 * ROUNDS):
        body = {"name": unique("contested"), "permissions": ["tenant:read"]}
        replies = at_once(lambda: there.call("POST", f"/v1/tenants/{estate.id('provider')}/roles", json=body),
                          lambda: elsewhere.call("POST", f"/v1/tenants/{estate.id('alpha')}/roles", json=body))
        assert sorted(reply.status_code for reply in replies) == [201, 409], [reply.text for reply in replies]
