"""What is held up in one lane holds up no other, and nobody waits longer than a request may take."""
import threading
import time

from conftest import SETTINGS
from load import assert_refused_for_now, spread

# A lock of the database is given up by then, and the reply written.
LATE = SETTINGS["request_time"] + 6


def in_background(threads, count, call):
    """Runs spread() meanwhile; what it gave is in the list once the thread has ended."""
    found = []
    thread = threading.Thread(target=lambda: found.extend(spread(threads, count, call)), daemon=True)
    thread.start()
    return thread, found


def timed(call):
    began = time.monotonic()
    return call(), time.monotonic() - began


def quick(caller, thread):
    """/v1/me answers again and again, each well before what is held up; how often it did."""
    count = 0
    while thread.is_alive():
        reply, seconds = timed(lambda: caller.get("/v1/me"))
        assert seconds < SETTINGS["request_time"] / 2
        count += 1
        time.sleep(0.05)
    return count


def test_a_row_that_is_held_delays_its_own_request_alone(estate, admin, blocker):
    held, free = estate.new_user(), estate.new_user()
    blocker.execute("SELECT FROM principal WHERE id = %s FOR UPDATE", [held["id"]])
    thread, found = in_background(1, 1, lambda i: timed(
        lambda: admin.other(admin.token).patch(f"/v1/users/{held['id']}", {"display_name": "Held"}, None)))
    time.sleep(0.2)
    for i in range(5):
        _, seconds = timed(lambda i=i: admin.patch(f"/v1/users/{free['id']}", {"display_name": f"Free {i}"}))
        assert seconds < SETTINGS["request_time"] / 2
    thread.join()
    (reply, seconds), = found
    assert_refused_for_now(reply)
    assert seconds < LATE
    blocker.rollback()
    assert admin.get(f"/v1/users/{held['id']}").json()["display_name"] == held["display_name"]


def test_a_blocked_database_lane_delays_no_decision(estate, admin, blocker):
    blocker.execute("LOCK TABLE tenant, principal IN ACCESS EXCLUSIVE MODE")
    thread, found = in_background(12, 12, lambda i: timed(lambda: admin.other(admin.token).get("/v1/tenants", None)))
    assert quick(admin, thread) > 10
    for reply, seconds in found:
        assert_refused_for_now(reply)
        assert seconds < LATE


def test_a_flood_of_logins_delays_no_decision_and_is_refused_beyond_the_queue(server, admin, blocker):
    blocker.execute("LOCK TABLE vault.throttle IN ACCESS EXCLUSIVE MODE")
    count = SETTINGS["hash_queue"] + 2 * SETTINGS["hash_workers"] + 30
    body = {"login": "nobody", "password": "not the password", "tenant": server.tenant_code}
    thread, found = in_background(count, count, lambda i: timed(lambda: admin.other().post("/v1/login", body, None)))
    assert quick(admin, thread) > 10
    busy = [seconds for reply, seconds in found if reply.json()["code"] == "busy"]
    assert len(found) == count and len(busy) >= 30
    for reply, seconds in found:
        assert_refused_for_now(reply)
        assert seconds < LATE
