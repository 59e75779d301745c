"""An import job goes on after every kill, of the service and of its database, and ends with exactly the right rows."""
import contextlib
import os
import random
import signal
import time

import pytest
from conftest import SETTINGS, database
from support.contract import Document
from support.estate import Estate
from support.importing import lines, tenant, user
from support.jobs import Jobs
from support.server import Server, stop_postmaster

# The long form: IMPORT_ROWS=100000 tests/run fault/test_import.py
TENANTS, USERS = 20, int(os.environ.get("IMPORT_ROWS", "2000"))
KILLS = 8  # at most, or a slow machine would do little else

# Users without their one event of this job, rows that are there twice or not at all.
WRONG = """
SELECT (SELECT count(*) FROM principal WHERE external_id LIKE 'kill-%%') AS users,
       (SELECT count(*) FROM audit_event e JOIN principal p ON p.id = e.object_id
         WHERE p.external_id LIKE 'kill-%%' AND e.action = 'importUser' AND e.request_id = %(job)s) AS events,
       (SELECT count(*) FROM principal p WHERE p.external_id LIKE 'kill-%%' AND p.version <> 1) AS touched,
       (SELECT count(*) FROM audit_event WHERE action = 'importUser' AND outcome = 'done' AND request_id = %(job)s) AS all_events"""


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
    """The job at its end, while now the service and then its database are killed, some time after each step that it is seen to take."""
    kills, before = 0, None
    while True:
        shown = patient(lambda: jobs.see(job))
        if shown["ended_at"]:
            break
        if shown == before or kills == KILLS:
            time.sleep(0.02)
            continue
        time.sleep(random.uniform(0, 0.3))
        (kill_service if kills % 2 == 0 else kill_database)(server)
        kills, before = kills + 1, shown
    assert kills > 1
    return shown


def counted(job):
    return job["state"], {k: v for k, v in job["counts"].items() if v}


def people(count=USERS):
    return [user(f"kill-{n}", f"home-{n % TENANTS}", display_name=f"Kill {n}") for n in range(count)]


HOMES = [tenant(f"home-{n}") for n in range(TENANTS)]


@pytest.mark.parametrize("order", ["tenants first", "tenants last"])
def test_no_row_is_lost_and_none_applied_twice_whoever_is_killed(server, order):
    estate = Estate(server, Document())
    jobs = Jobs(estate.admin.client, estate.id("alpha"))
    rows = HOMES + people() if order == "tenants first" else people() + HOMES
    job = jobs.open()
    jobs.send(job, lines(rows))
    jobs.start(job)
    ended = ended_by_kills(server, jobs, job)
    assert counted(ended) == ("done", {"created": TENANTS + USERS}), ended
    lines_seen = [row["line"] for row in jobs.results(job)]
    assert sorted(lines_seen) == list(range(1, TENANTS + USERS + 1))
    with contextlib.closing(database(server)) as db:
        assert db.execute(WRONG, {"job": job["id"]}).fetchone() == (USERS, USERS, 0, USERS)
    again = jobs.load(rows)
    again.is_clean(unchanged=TENANTS + USERS)


# People by state, and how often the job said that it ended one.
ENDED = """
SELECT (SELECT count(*) FROM principal WHERE external_id LIKE 'kill-%%' AND state = 'terminated') AS gone,
       (SELECT count(DISTINCT object_id) FROM audit_event e WHERE request_id = %(job)s AND action = 'importUser') AS told,
       (SELECT count(*) FROM audit_event e WHERE request_id = %(job)s AND action = 'importUser') AS events,
       (SELECT count(*) FROM principal WHERE external_id LIKE 'kill-%%' AND state <> 'terminated' AND version <> 1) AS touched,
       (SELECT count(*) FROM principal WHERE external_id LIKE 'other-%%' AND version <> 1) AS others"""


def test_a_sync_removes_each_once_and_nobody_else_whoever_is_killed(server):
    estate = Estate(server, Document())
    jobs, beside = Jobs(estate.admin.client, estate.id("alpha")), Jobs(estate.admin.client, estate.id("beta"))
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
        assert db.execute(ENDED, {"job": job["id"]}).fetchone() == (gone, gone, gone, 0, 0)
