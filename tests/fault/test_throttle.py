"""What was tried is remembered whatever happens to the process, by all processes; and a flood of logins takes no more than its share."""
import contextlib
import re
import threading
import time

import pytest
from conftest import SETTINGS, two_processes
from load import spread
from support.client import Client
from support.estate import Estate
from support.server import Server

WRONG = "not the one that it is"


def guess(caller, person, times):
    """How many of so many wrong guesses, each from elsewhere, were looked at."""
    replies = [caller.other().post("/v1/login", person.body(password=WRONG), None) for _ in range(times)]
    return sum(reply.status_code == 401 for reply in replies)


def test_attempts_and_known_devices_outlive_the_process(document):
    server = Server(**SETTINGS | {"account_attempts": 10})
    try:
        estate = Estate(server.start(), document)
        person = estate.person("alpha_one", "viewer")
        device = person.client.post("/v1/login", person.body(remember_device=True)).json()["device_token"]
        assert guess(person.client, person, 6) == 6
        server.kill()
        server.start()
        assert guess(person.client, person, 20) == 4
        person.client.other().post("/v1/login", person.body(), 429)
        person.client.other().post("/v1/login", person.body(device_token=device))
        person.client.post("/v1/login", person.body())
        server.stop()
    finally:
        server.close()


@pytest.fixture(name="pair")
def two_processes_that_count():
    with two_processes(account_attempts=10) as pair:
        yield pair


def test_processes_count_together(pair, document):
    one, other = pair
    estate = Estate(one, document)
    person = estate.person("alpha_one", "viewer")
    elsewhere = Client(other, document)
    looked_at = [guess(caller, person, 3) for caller in (person.client, elsewhere, person.client, elsewhere, elsewhere)]
    assert looked_at == [3, 3, 3, 1, 0]
    elsewhere.other().post("/v1/login", person.body(), 429)
    elsewhere.address = person.client.address
    elsewhere.post("/v1/login", person.body())


def memory(server):
    """The most that the process has had resident, in MiB."""
    with open(f"/proc/{server.process.pid}/status", encoding="utf-8") as status:
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read()).group(1)) // 1024


@pytest.fixture(name="usual")
def service_as_it_is_shipped(plain, document):
    """Without sanitizers, with the hashes of the default settings."""
    with pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as stack:
        patch.setenv("TEST_BUILD", str(plain))
        started = Server(hash_memory=19456, hash_passes=2)
        stack.callback(started.close)
        yield Estate(started.start(), document)
        started.stop()


def test_b14_a_flood_of_huge_passwords_is_bounded_and_delays_nobody(usual):
    """1,000 logins at once, half with a password of a mebibyte."""
    admin, server = usual.admin.client, usual.server
    before = memory(server)
    bodies = [usual.admin.body(login=f"nobody-{i}", password="x" * (1000000 if i % 2 else 1000)) for i in range(1000)]
    outcomes, over = [], threading.Event()

    def flood():
        callers = [admin.other() for _ in bodies]
        outcomes.extend(spread(100, len(bodies), lambda i: callers[i].post("/v1/login", bodies[i], None)))
        over.set()

    thread = threading.Thread(target=flood, daemon=True)
    thread.start()
    slowest = 0
    while not over.wait(0.05):
        began = time.monotonic()
        admin.get("/v1/me")
        slowest = max(slowest, time.monotonic() - began)
    thread.join()
    statuses = {reply.status_code for reply in outcomes}
    assert {reply.status_code for i, reply in enumerate(outcomes) if i % 2} == {413}
    assert statuses <= {401, 413, 429, 503} and len(outcomes) == 1000
    assert slowest < 5  # a stall, not a busy machine
    assert memory(server) - before < 200
