"""Many callers at once, and what the database says became of what they did."""
import threading
from concurrent.futures import ThreadPoolExecutor

import requests


def at_once(count, call):
    """call(i) for each i below count, on as many threads that begin together; what each gave, in order."""
    barrier = threading.Barrier(count)

    def one(i):
        barrier.wait()
        return call(i)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def spread(threads, count, call):
    """call(i) for each i below count, by so many threads."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(call, range(count)))


def attempt(call):
    """The reply, or None where the connection broke."""
    try:
        return call()
    except requests.RequestException:
        return None


def assert_refused_for_now(reply):
    """A 503 that says when to come back."""
    assert reply.status_code == 503, f"{reply.request.method} {reply.request.url}: {reply.status_code} {reply.text}"
    assert int(reply.headers["Retry-After"]) > 0


# Of users made with a display name of this test: events that are not exactly those of what is there.
DISPARITY = """
SELECT p.login, p.version, e.created, e.updated
  FROM principal p, LATERAL (
       SELECT count(*) FILTER (WHERE action = 'createUser') AS created, count(*) FILTER (WHERE action = 'updateUser') AS updated
         FROM audit_event WHERE object_id = p.id AND outcome = 'done') e
 WHERE p.kind = 'user' AND p.tenant_id = %(tenant)s AND (e.created <> 1 OR p.version <> 1 + e.updated)
UNION ALL
SELECT 'event without a user', 0, 0, 0
  FROM audit_event a
 WHERE a.tenant_id = %(tenant)s AND a.action = 'createUser' AND a.outcome = 'done'
   AND NOT EXISTS (SELECT FROM principal p WHERE p.id = a.object_id)"""


def assert_parity(db, tenant_id):
    """Every change at the tenant has its one event, and every event its change."""
    assert db.execute(DISPARITY, {"tenant": tenant_id}).fetchall() == []


def logins(db, tenant_id):
    """login -> (display name, version) of the tenant's users."""
    rows = db.execute("SELECT login, display_name, version FROM principal WHERE tenant_id = %s AND kind = 'user'", [tenant_id])
    return {login: (name, version) for login, name, version in rows.fetchall()}
