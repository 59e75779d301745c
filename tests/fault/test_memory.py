"""Memory runs out, here and there, again and again: refusals and broken connections, but no crash and no door left open."""
import contextlib
import time

import requests
from conftest import connections_cut, database
from load import assert_parity, attempt, spread
from support.estate import PASSWORD, unique

SECONDS = 1.5
# Every Nth allocation fails: from everything to now and then.
EVERY = (2, 3, 5, 11, 23, 47, 101, 211, 499, 997, 2003)


def forged(token):
    """The same token but for one character in its middle."""
    i = len(token) // 2
    return token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1:]


class Caller:
    """Plain requests: replies made without memory are no matter for the document."""

    def __init__(self, server, estate, neighbour):
        self.server, self.estate, self.neighbour = server, estate, neighbour
        self.good = self.bad = self.made = 0
        self.tenant = estate.new_tenant()["id"]

    def send(self, method, path, token=None, body=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return attempt(lambda: requests.request(method, self.server.url + path, headers=headers, json=body, timeout=30))

    def must_fail(self, reply):
        assert reply is None or reply.status_code >= 400, f"{reply.request.url}: {reply.status_code} {reply.text}"
        self.bad += 1

    def once(self, i):
        admin = self.estate.admin.client.token
        self.must_fail(self.send("GET", "/v1/me"))
        self.must_fail(self.send("GET", "/v1/me", forged(admin)))
        self.must_fail(self.send("GET", f"/v1/tenants/{self.estate.id('alpha')}", self.neighbour))
        self.must_fail(self.send("PATCH", f"/v1/tenants/{self.estate.id('alpha')}", self.neighbour, {"name": "Taken"}))
        self.must_fail(self.send("POST", "/v1/login", None, {"login": "admin", "password": PASSWORD + "!",
                                                             "tenant": self.server.tenant_code}))
        self.must_fail(self.send("POST", "/v1/token/refresh", None, {"refresh_token": forged(self.estate.admin.refresh_token)}))
        replies = [self.send("GET", "/v1/me", admin), self.send("GET", "/v1/tenants", admin),
                   self.send("POST", f"/v1/tenants/{self.tenant}/users", admin, {"login": unique("memory")})]
        for reply in replies:
            assert reply is None or reply.status_code in (200, 201, 401, 408, 500, 503), f"{reply.status_code} {reply.text}"
        self.good += sum(reply is not None and reply.status_code < 300 for reply in replies)

    def run(self, _):
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            self.once(0)


def test_memory_that_runs_out_opens_no_door(shimmed):
    server, estate, shim = shimmed
    neighbour = estate.actor("beta", "partner_admin").token
    caller = Caller(server, estate, neighbour)
    try:
        for every in EVERY:
            shim.set(fail_every=every)
            with connections_cut(server, 0.1):
                spread(4, 4, caller.run)
            assert server.process.poll() is None, f"every {every}: ended with {server.process.returncode}\n{server.logged()[-2000:]}"
    finally:
        shim.set()
    server.wait_ready(30)
    assert caller.bad > 100 and caller.good > 0
    estate.admin.client.get("/v1/me")
    estate.new_user()
    with contextlib.closing(database(server)) as db:
        assert_parity(db, caller.tenant)
        name = db.execute("SELECT name FROM tenant WHERE id = %s", [estate.id("alpha")]).fetchone()
    assert name == ("alpha",)
