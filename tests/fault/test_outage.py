"""The database ends, or answers nothing: bounded refusals meanwhile, and the way back without anybody's help."""
import contextlib
import os
import signal
import time

import requests
from conftest import SETTINGS
from load import assert_refused_for_now, at_once
from support.server import alive

BACK_SECONDS = 30


def cluster(server):
    """The processes of the private database: the postmaster and its children."""
    postmaster = server.postmaster()
    children = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            if int(stat.read().rpartition(")")[2].split()[1]) == postmaster:
                children.append(int(pid))
    return [postmaster, *children]


def signal_all(pids, number):
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def readiness(server):
    return requests.get(f"{server.management_url}/readyz", timeout=5).json()["status"]


def ask(caller, i=0):
    """A request of every kind in turn, and how long it took."""
    began = time.monotonic()
    me = caller.other(caller.token)
    reply = [lambda: me.get("/v1/me", None), lambda: me.get("/v1/tenants", None),
             lambda: me.patch(f"/v1/tenants/{caller.tenant_id}", {"name": f"Renamed {began}"}, None),
             lambda: me.post("/v1/login", {"login": "nobody", "password": "x" * 20, "tenant": "none"}, None)][i % 4]()
    return reply, time.monotonic() - began


def until_good(caller, i):
    deadline = time.monotonic() + BACK_SECONDS
    reply, _ = ask(caller, i)
    while reply.status_code == 503 and time.monotonic() < deadline:
        assert_refused_for_now(reply)
        time.sleep(0.1)
        reply, _ = ask(caller, i)
    return reply


def assert_back(server, caller):
    server.wait_ready(BACK_SECONDS)
    for i in range(4):
        assert until_good(caller, i).status_code == (401 if i == 3 else 200)


def test_a_killed_database_is_started_again(server, estate, admin):
    admin.tenant_id = estate.new_tenant()["id"]
    service, pids = server.process.pid, cluster(server)
    signal_all(pids, signal.SIGKILL)
    for i in range(8):
        reply, seconds = ask(admin, i)
        assert seconds < SETTINGS["request_time"] + 6
        if reply.status_code >= 300 and reply.status_code != 401:
            assert_refused_for_now(reply)
    assert_back(server, admin)
    assert server.process.pid == service and server.process.poll() is None
    assert server.postmaster() != pids[0] and alive(server.postmaster())


def test_a_database_that_cannot_be_started_is_tried_again_until_it_can(server, estate, admin):
    admin.tenant_id = estate.new_tenant()["id"]
    conf = server.folder / "data/postgres/postgresql.conf"
    aside = conf.with_name("aside.conf")
    conf.rename(aside)
    try:
        signal_all(cluster(server), signal.SIGKILL)
        over = time.monotonic() + 5
        time.sleep(2.5)  # the lease
        i = 0
        while time.monotonic() < over:
            reply, seconds = ask(admin, i)
            assert_refused_for_now(reply)
            assert seconds < 2
            i += 1
        assert readiness(server) == "degraded"
        assert requests.get(f"{server.management_url}/healthz", timeout=5).status_code == 200
    finally:
        aside.rename(conf)
    assert_back(server, admin)


def test_a_database_that_answers_nothing_holds_nobody_up(server, estate, admin):
    admin.tenant_id = estate.new_tenant()["id"]
    pids = cluster(server)
    signal_all(pids, signal.SIGSTOP)
    try:
        for reply, seconds in at_once(3, lambda i: ask(admin, i + 1)):  # these have a connection, and wait in vain
            assert_refused_for_now(reply)
            assert seconds < SETTINGS["request_time"] + 7
        assert readiness(server) == "degraded"
        for i in range(3):  # what needs a fresh policy is refused at once
            reply, seconds = ask(admin, i)
            assert_refused_for_now(reply)
            assert seconds < 1
    finally:
        signal_all(pids, signal.SIGCONT)
    assert_back(server, admin)
