"""The service or its connections are killed while many write: what was acknowledged is there once, the rest wholly or not."""
import contextlib
import random
import threading
import time

from conftest import connections_cut, database
from load import assert_parity, assert_refused_for_now, attempt, logins, spread

WRITES = 200


def created(caller, tenant_id, word, i):
    """The reply to the creation of a user under a key of its own, None where the connection broke."""
    body = {"login": f"{word}-{i}", "display_name": f"{word} {i}"}
    return attempt(lambda: caller.other(caller.token).call("POST", f"/v1/tenants/{tenant_id}/users", json=body,
                                                           headers={"Idempotency-Key": f"{word}-{i}"}))


def test_what_was_acknowledged_before_a_kill_is_there_once(server, estate, admin):
    tenant_id = estate.new_tenant()["id"]
    acknowledged = threading.Semaphore(0)

    def write(i):
        try:
            return created(admin, tenant_id, "killed", i)
        finally:
            acknowledged.release()

    def kill():
        for _ in range(WRITES // 3):
            acknowledged.acquire()
        server.kill()

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    replies = spread(16, WRITES, write)
    killer.join()
    assert 0 < sum(reply is None for reply in replies) < WRITES
    server.start()
    with contextlib.closing(database(server)) as db:
        assert_parity(db, tenant_id)
        there = logins(db, tenant_id)
        for i, reply in enumerate(replies):
            assert reply is None or reply.status_code == 201, reply.text
            assert reply is None or f"killed-{i}" in there
        for i in range(WRITES):
            again = created(admin, tenant_id, "killed", i)
            assert again.status_code == 201, again.text
            assert replies[i] is None or again.json() == replies[i].json()
        assert set(logins(db, tenant_id)) == {f"killed-{i}" for i in range(WRITES)}
        assert_parity(db, tenant_id)


def test_a_lost_connection_is_a_503_or_nothing_at_all(server, estate, admin, db):
    tenant_id = estate.new_tenant()["id"]
    users = [estate.admin.client.post(f"/v1/tenants/{tenant_id}/users", {"login": f"user-{i}"}, 201).json() for i in range(20)]
    choose = random.Random(7)
    names = [f"name {choose.random()}" for _ in range(WRITES)]

    def write(i):
        if i % 2:
            return created(admin, tenant_id, "cut", i)
        return admin.other(admin.token).patch(f"/v1/users/{users[i % 20]['id']}", {"display_name": names[i]}, status=None)

    with connections_cut(server, 0.02):
        replies = spread(8, WRITES, write)
    server.wait_ready(20)
    for reply in replies:
        if reply.status_code >= 300:
            assert_refused_for_now(reply)
    assert_parity(db, tenant_id)
    there = logins(db, tenant_id)
    for i, reply in enumerate(replies):
        if i % 2 and reply.status_code == 201:
            assert f"cut-{i}" in there
    for i in range(1, WRITES, 2):
        assert settled(lambda i=i: created(admin, tenant_id, "cut", i)).status_code == 201
    assert len(logins(db, tenant_id)) == 20 + WRITES // 2
    assert_parity(db, tenant_id)


def settled(call, seconds=10):
    """The first reply that is not about now."""
    deadline = time.monotonic() + seconds
    reply = call()
    while reply.status_code == 503 and time.monotonic() < deadline:
        time.sleep(0.05)
        reply = call()
    return reply
