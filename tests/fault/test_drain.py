"""SIGTERM: what is under way gets its whole reply, what comes after it none, and the end is 0."""
import contextlib
import http.client
import json
import signal
import threading
import time

import pytest
from conftest import SETTINGS, database
from support.estate import Estate
from support.server import Server

WAITING = 20


@pytest.fixture
def leaving(document):
    started = Server(**SETTINGS).start()
    try:
        yield started, Estate(started, document)
    finally:
        started.close()


class Load(threading.Thread):
    """Asks on one connection until it is told to close it, and keeps what went wrong."""

    def __init__(self, server, token):
        super().__init__(daemon=True)
        self.server, self.headers = server, {"Authorization": f"Bearer {token}"}
        self.replies, self.wrong, self.told = 0, [], False

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        while not self.told:
            try:
                connection.request("GET", "/v1/tenants?limit=50", headers=self.headers)
                reply = connection.getresponse()
            except (ConnectionRefusedError, ConnectionResetError, BrokenPipeError, http.client.RemoteDisconnected) as failure:
                self.wrong.append(repr(failure))
                return
            body = reply.read()
            self.told = reply.getheader("Connection") == "close"
            if reply.status != 200 or "items" not in json.loads(body):
                self.wrong.append(f"{reply.status} {body}")
                return
            self.replies += 1


def wait_until_waiting(db, count):
    for _ in range(500):
        waiting = db.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'").fetchone()[0]
        if waiting >= count:
            return
        time.sleep(0.01)
    raise AssertionError(f"{waiting} wait, not {count}")


def test_what_is_under_way_gets_its_whole_reply(leaving):
    server, estate = leaving
    token = estate.admin.client.token
    user = estate.new_user()
    loads = [Load(server, token) for _ in range(8)]
    with contextlib.closing(database(server)) as blocker, contextlib.closing(database(server)) as db:
        for load in loads:
            load.start()
        time.sleep(0.5)
        blocker.execute("BEGIN")
        blocker.execute("SELECT FROM principal WHERE id = %s FOR UPDATE", [user["id"]])
        found = []

        def change(i):
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
            connection.request("PATCH", f"/v1/users/{user['id']}", json.dumps({"display_name": f"Name {i}"}),
                               {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
            reply = connection.getresponse()
            found.append((reply.status, json.loads(reply.read()), reply.getheader("Connection")))

        waiting = [threading.Thread(target=change, args=(i,), daemon=True) for i in range(WAITING)]
        for thread in waiting:
            thread.start()
        wait_until_waiting(db, SETTINGS["database_workers"])
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        blocker.execute("ROLLBACK")
        for thread in [*waiting, *loads]:
            thread.join(20)
    assert server.process.wait(30) == 0
    assert len(found) == WAITING
    assert {(status, close) for status, _, close in found} == {(200, "close")}
    assert [load.wrong for load in loads] == [[]] * len(loads)
    assert all(load.replies > 0 for load in loads)
    assert server.postmaster() is None
