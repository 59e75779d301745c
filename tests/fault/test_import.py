"""An import job goes on after every kill, of the service and of its database, and ends with exactly the right rows."""
import contextlib
import math
import os
import random
import signal
import time

import pytest
from conftest import SETTINGS, database
from support.client import Client
from support.contract import Document
from support.estate import Estate
from support.importing import lines, tenant, user
from support.jobs import Jobs
from support.server import Server, stop_postmaster

# The long form, of so many rows, kills until the job has ended: IMPORT_ROWS=100000 TEST_SECONDS=14400 tests/run fault/test_import.py
LONG = "IMPORT_ROWS" in os.environ
TENANTS, USERS = 20, int(os.environ.get("IMPORT_ROWS", "2000"))
KILLS = math.inf if LONG else 8  # at most, or a slow machine would do little else
APART = (2, 5) if LONG else (0, 0)  # seconds from one kill to the next, and more where no step was done meanwhile
APART_MEAN = 6  # at most: more, and it was a pause that was tested
AFTER = 1 if LONG else 0.3  # seconds at most from seeing a step to the kill
LOOK = 0.1 if LONG else 0.02  # seconds between two looks, for an import gives way to requests
ENDS_WITHIN = 3600 if LONG else 300

# What stands there of the rows, and the events of a job: a row that is lost, applied twice or told of twice makes another count.
STANDING = """
SELECT (SELECT count(*) FROM principal WHERE external_id LIKE 'kill-%') AS users,
       (SELECT count(DISTINCT external_id) FROM principal WHERE external_id LIKE 'kill-%' AND version = 1) AS untouched_users,
       (SELECT count(*) FROM tenant WHERE external_id LIKE 'home-%') AS tenants,
       (SELECT count(DISTINCT external_id) FROM tenant WHERE external_id LIKE 'home-%' AND version = 1) AS untouched_tenants"""
TOLD = """
SELECT (SELECT count(DISTINCT p.id) FROM audit_event e JOIN principal p ON p.id = e.object_id
         WHERE p.external_id LIKE 'kill-%%' AND e.action = 'importUser' AND e.request_id = %(job)s) AS users,
       (SELECT count(*) FROM audit_event WHERE action = 'importUser' AND request_id = %(job)s) AS user_events,
       (SELECT count(DISTINCT t.id) FROM audit_event e JOIN tenant t ON t.id = e.object_id
         WHERE t.external_id LIKE 'home-%%' AND e.action = 'importTenant' AND e.request_id = %(job)s) AS tenants,
       (SELECT count(*) FROM audit_event WHERE action = 'importTenant' AND request_id = %(job)s) AS tenant_events"""


class LastingClient(Client):
    """A person's, who logs in again when the token, which is good for a quarter of an hour, has ended."""

    def __init__(self, person):
        super().__init__(person.client.server, person.client.document, person.client.token)
        self.person = person

    def ask(self, *words, **options):
        reply = super().ask(*words, **options)
        if reply.status_code == 401:
            self.token = self.person.log_in().client.token
            reply = super().ask(*words, **options)
        return reply


def jobs_of(estate, name):
    return Jobs(LastingClient(estate.admin), estate.id(name), ENDS_WITHIN)


@pytest.fixture(name="server")
def a_server():
    started = Server(**SETTINGS, policy_lease=15)
    try:
        yield started.start()
        started.stop()
    finally:
        started.close()


def patient(call):
    """The reply as soon as there is one."""
    deadline = time.monotonic() + 120
    while True:
        try:
            return call()
        except Exception:  # whatever a killed service or database is to its callers
            assert time.monotonic() < deadline
            time.sleep(0.2)


def kill_service(server):
    server.kill()
    server.start()


def kill_database(server):
    """The postmaster and all of its processes, as a crash of the machine's kernel would; the service finds it again."""
    stop_postmaster(server.postmaster(), signal.SIGQUIT)


def ended_by_kills(server, jobs, job):
    """The job at its end, while now the service and then its database are killed, each time that a step was seen done since."""
    kills, before, began = 0, None, time.monotonic()
    due = began + random.uniform(*APART)
    while not (shown := patient(lambda: jobs.see(job)))["ended_at"]:
        if shown == before or kills == KILLS or time.monotonic() < due:
            time.sleep(LOOK)
            continue
        time.sleep(random.uniform(0, AFTER))
        due = time.monotonic() + random.uniform(*APART)
        (kill_service if kills % 2 == 0 else kill_database)(server)
        kills, before = kills + 1, patient(lambda: jobs.see(job)) if LONG else shown
    seconds = time.monotonic() - began
    print(f"{kills} kills in {seconds:.0f} s")
    assert kills >= seconds // APART_MEAN if LONG else kills > 1, (kills, seconds)
    return shown


def counted(job):
    return job["state"], {k: v for k, v in job["counts"].items() if v}


def people(count=USERS):
    return [user(f"kill-{n}", f"home-{n % TENANTS}", display_name=f"Kill {n}") for n in range(count)]


HOMES = [tenant(f"home-{n}") for n in range(TENANTS)]


@pytest.mark.parametrize("order", ["tenants first", "tenants last"])
def test_no_row_is_lost_and_none_applied_twice_whoever_is_killed(server, order):
    estate = Estate(server, Document())
    jobs = jobs_of(estate, "alpha")
    rows = HOMES + people() if order == "tenants first" else people() + HOMES
    job = jobs.open()
    jobs.send(job, lines(rows))
    jobs.start(job)
    ended = ended_by_kills(server, jobs, job)
    assert counted(ended) == ("done", {"created": TENANTS + USERS}), ended
    lines_seen = [row["line"] for row in jobs.results(job)]
    assert sorted(lines_seen) == list(range(1, TENANTS + USERS + 1))
    with contextlib.closing(database(server)) as db:
        again = jobs.load(rows)
        again.is_clean(unchanged=TENANTS + USERS)
        assert db.execute(STANDING).fetchone() == (USERS, USERS, TENANTS, TENANTS)
        assert db.execute(TOLD, {"job": job["id"]}).fetchone() == (USERS, USERS, TENANTS, TENANTS)
        assert db.execute(TOLD, {"job": again.job["id"]}).fetchone() == (0, 0, 0, 0)


# People by state, and how often the job said that it ended one.
ENDED = """
SELECT (SELECT count(*) FROM principal WHERE external_id LIKE 'kill-%%' AND state = 'terminated') AS gone,
       (SELECT count(DISTINCT object_id) FROM audit_event e WHERE request_id = %(job)s AND action = 'importUser') AS told,
       (SELECT count(*) FROM audit_event e WHERE request_id = %(job)s AND action = 'importUser') AS events,
       (SELECT count(*) FROM principal WHERE external_id LIKE 'kill-%%' AND state <> 'terminated' AND version <> 1) AS touched,
       (SELECT count(*) FROM principal WHERE external_id LIKE 'other-%%' AND version <> 1) AS others"""


def test_a_sync_removes_each_once_and_nobody_else_whoever_is_killed(server):
    estate = Estate(server, Document())
    jobs, beside = jobs_of(estate, "alpha"), jobs_of(estate, "beta")
    gone = USERS // 3
    beside.load([user(f"other-{n}") for n in range(20)]).is_clean(created=20)
    jobs.load(HOMES + people()).is_clean(created=TENANTS + USERS)
    job = jobs.open(mode="sync", kind="users", removals_most=gone)
    jobs.send(job, lines(people()[gone:]))
    jobs.start(job)
    ended = ended_by_kills(server, jobs, job)
    assert counted(ended) == ("done", {"unchanged": USERS - gone, "removed": gone}), ended
    rows = list(jobs.results(job))
    assert sorted(row["line"] for row in rows if row["line"]) == list(range(1, USERS - gone + 1))
    assert len({row["id"] for row in rows if not row["line"]}) == gone
    with contextlib.closing(database(server)) as db:
        jobs.load(people()[gone:], mode="sync", kind="users", removals_most=0).is_clean(unchanged=USERS - gone)
        assert db.execute(ENDED, {"job": job["id"]}).fetchone() == (gone, gone, gone, 0, 0)
