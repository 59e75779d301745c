"""What a refused login takes: one hash, and the time up to the end of a slot, whoever it is that is refused."""
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.client import Client
from support.estate import Estate, unique
from test_throttle import WRONG, hashes

# bcrypt of cost 10 and PBKDF2, as an import would have brought them.
DEAR = (f"foreign:$2b$10${'a' * 53}", f"foreign:pbkdf2_sha256$150000${'a' * 12}${'A' * 43}=")
SLOT, LONG, MANY = 700, 60000, 100


@pytest.fixture(scope="module", name="people")
def two_tenants_people(estate):
    """Somebody at one tenant, and at another two whose passwords were hashed elsewhere."""
    people = [estate.person(tenant, log_in=False) for tenant in ("alpha_one", "beta_one", "beta_one")]
    for person, hash in zip(people[1:], DEAR):
        estate.server.sql(f"UPDATE vault.credential SET password_hash = '{hash}' WHERE principal_id = '{person.id}'")
    return people


def attempts(person, *others):
    """Logins that are refused, for one reason each."""
    return [person.body(password=WRONG), person.body(login=unique("nobody")), person.body(tenant="0" * len(person.tenant_code)),
            person.body(password="x" * 1000), *(other.body() for other in others)]


def test_b1_every_refusal_computes_one_hash_whatever_another_tenant_brought(server, people, anonymous):
    for body in attempts(*people):
        before = hashes(server)
        anonymous.other().problem("POST", "/v1/login", 401, "login_failed", json=body)
        assert hashes(server) - before == 1, body


def held(server):
    line, = (line for line in server.metrics().splitlines() if line.startswith("bailiwick_http_replies_held "))
    return int(line.split()[1])


def timed(caller, body, status):
    began = time.monotonic()
    caller.post("/v1/login", body, status)
    return 1000 * (time.monotonic() - began)


@pytest.fixture(name="slow")
def service_with_a_long_slot(second, document):
    second.settings |= {"refusal_time": SLOT, "hash_queue": 2 * MANY}
    return Estate(second.start(), document)


def test_b1_a_refused_login_leaves_at_a_whole_slot_and_a_right_one_at_once(slow, document):
    server, person = slow.server, slow.person("alpha_one")
    with ThreadPoolExecutor(MANY) as threads:
        refused = [threads.submit(timed, person.client.other(), body, 401) for body in attempts(person)]
        assert all(reply.result() >= SLOT for reply in refused)

        server.stop()
        server.settings |= {"refusal_time": LONG, "request_time": 2 * LONG // 1000}
        server.start()
        waiting = [threads.submit(timed, Client(server, document), person.body(login=unique("nobody"), password=WRONG), 401)
                   for _ in range(MANY)]
        deadline = time.monotonic() + LONG / 1000
        while held(server) < MANY:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        # No worker waits with them, and what is right does not wait at all.
        person.log_in()
        person.client.get("/v1/me")
        assert held(server) == MANY
        server.stop()
        assert all(reply.result() < LONG for reply in waiting)
