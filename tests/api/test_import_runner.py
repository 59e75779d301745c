"""The thread that takes import jobs on: it gives way to requests, goes on all the same, and counts."""
import contextlib
import re
import threading
import time

import psycopg
import pytest

from support import readme
from support.client import Client
from support.estate import Estate, unique
from support.importing import lines, tenant, user
from support.jobs import Jobs
from support.server import Server

SECONDS = 120


@pytest.fixture(scope="module", name="at")
def service_with_one_worker(document):
    server = Server(database_workers=1)
    try:
        yield Estate(server.start(), document)
        server.stop()
    finally:
        server.close()


def metric(at, name, **labels):
    shown = "{" + ",".join(f'{k}="{v}"' for k, v in labels.items()) + "}" if labels else ""
    return float(re.search(rf"^{re.escape(name + shown)} (\S+)$", at.server.metrics(), re.M).group(1))


def await_metric(at, least, name, **labels):
    deadline = time.monotonic() + SECONDS
    while metric(at, name, **labels) < least:
        assert time.monotonic() < deadline, (name, metric(at, name, **labels))
        time.sleep(0.05)


@contextlib.contextmanager
def busy(at):
    """Requests that wait for the one worker, which waits for a row that somebody holds."""
    path = f"/v1/tenants/{at.id('beta_one')}"
    caller = Client(at.server, at.document, at.admin.client.token)
    callers = [threading.Thread(target=caller.call, args=("PATCH", path), kwargs={"json": {"name": f"Beta {i}"}}) for i in range(3)]
    conninfo = (at.server.folder / "data/conninfo").read_text()
    with psycopg.connect(f"{conninfo} user=postgres", options="-c search_path=bailiwick,pg_temp") as holder:
        holder.execute("SELECT FROM tenant WHERE id = %s FOR UPDATE", [at.id("beta_one")])
        for caller in callers:
            caller.start()
        await_metric(at, 1, "bailiwick_http_lane_waiting", lane="database")
        yield
        holder.rollback()
    for caller in callers:
        caller.join()


def test_a_job_gives_way_to_requests_and_goes_on_all_the_same(at):
    jobs, word = Jobs(at.admin.client, at.id("alpha")), unique("w")
    rows = [user(f"{word}-{i}", login=f"{word}-{i}") for i in range(3000)]
    job = jobs.open()
    jobs.send(job, lines(rows))
    before, yields = metric(at, "bailiwick_import_rows_total", outcome="created"), metric(at, "bailiwick_import_yields_total")
    with busy(at):
        at.server.sql(f"UPDATE import_job SET state = 'queued' WHERE id = '{job['id']}'")
        await_metric(at, before + len(rows), "bailiwick_import_rows_total", outcome="created")
        # Before each of three steps and more.
        assert metric(at, "bailiwick_import_yields_total") - yields >= 60
    jobs.report(job).is_clean(created=len(rows))


def test_a_tenant_with_many_jobs_gets_no_more_than_one_with_one(at):
    """Each step is for the tenant that was served longest ago, so that who comes last waits for nobody's whole queue."""
    word, waiting = unique("f"), []
    for number, name in enumerate(("alpha", "alpha", "alpha", "beta")):
        jobs = Jobs(at.admin.client, at.id(name))
        job = jobs.open(kind="users")
        jobs.send(job, lines([user(f"{word}-{number}-{i}") for i in range(1100)]))  # two steps and more
        waiting.append((jobs, job))
    ids = ", ".join(f"'{job['id']}'" for _, job in waiting)
    at.server.sql(f"UPDATE import_job SET state = 'queued' WHERE id IN ({ids})")
    _, second, third, other = [jobs.ended(job)["ended_at"] for jobs, job in waiting]
    assert other < second and other < third


def test_a_job_that_fails_as_a_whole_is_in_nobodys_way_and_is_stopped_in_the_end(at):
    word, (jobs, others) = unique("s"), [Jobs(at.admin.client, at.id(name)) for name in ("alpha", "beta")]
    bad = jobs.open()
    jobs.send(bad, lines([user(f"{word}-bad")]))
    at.server.sql(f"UPDATE import_part SET sealed = sealed || '0'::bytea WHERE job_id = '{bad['id']}'")
    jobs.start(bad)
    deadline = time.monotonic() + SECONDS
    while at.server.sql(f"SELECT tries FROM import_job WHERE id = '{bad['id']}'") == [(None,)]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    others.load([user(f"{word}-{i}") for i in range(3)]).is_clean(created=3)
    assert jobs.see(bad)["ended_at"] is None
    # Most of its tries, and the rests between them, are left out.
    at.server.sql(f"UPDATE import_job SET tries = 7, served_at = 'epoch' WHERE id = '{bad['id']}'")
    assert [jobs.ended(bad)[member] for member in ("state", "code", "bytes_done")] == ["stopped", "internal", 0]
    assert at.server.sql(f"SELECT count(*) FROM import_part WHERE job_id = '{bad['id']}'") == [(0,)]
    assert at.server.sql(f"SELECT after ->> 'code' FROM audit_event WHERE action = 'endImport' AND object_id = '{bad['id']}'") == [("internal",)]


FOR_EVER = """
CREATE FUNCTION bailiwick.again() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN RAISE EXCEPTION ''again'' USING ERRCODE = ''serialization_failure''; END';
CREATE TRIGGER again BEFORE INSERT ON bailiwick.import_result FOR EACH ROW WHEN (NEW.job_id = %s) EXECUTE FUNCTION bailiwick.again()"""


def test_a_job_whose_step_is_to_be_taken_again_for_ever_is_stopped_in_the_end(at):
    """It is put off as often as that may pass, and then each is a try. Most of both are left out."""
    jobs, word = Jobs(at.admin.client, at.id("alpha")), unique("a")
    job = jobs.open()
    jobs.send(job, lines([user(word)]))
    conninfo = (at.server.folder / "data/conninfo").read_text()
    with psycopg.connect(f"{conninfo} user=postgres", autocommit=True) as owner:
        owner.execute(FOR_EVER % f"'{job['id']}'")
        try:
            jobs.start(job)
            deadline = time.monotonic() + SECONDS
            while at.server.sql(f"SELECT again, tries FROM import_job WHERE id = '{job['id']}'") != [(1, None)]:
                assert time.monotonic() < deadline
                time.sleep(0.02)
            at.server.sql(f"UPDATE import_job SET again = 31, tries = 7, served_at = 'epoch' WHERE id = '{job['id']}'")
            ended = jobs.ended(job)
        finally:
            owner.execute("DROP FUNCTION bailiwick.again() CASCADE")
    assert [ended[member] for member in ("state", "code", "counts")] == ["stopped", "busy", dict.fromkeys(ended["counts"], 0)]


def test_what_is_counted_is_what_was_done(at):
    jobs, word = Jobs(at.admin.client, at.id("alpha")), unique("c")
    outcomes = ("created", "updated", "unchanged", "refused")
    before = {outcome: metric(at, "bailiwick_import_rows_total", outcome=outcome) for outcome in outcomes}
    jobs.load([tenant(word, name="One"), user("u", word), user("x", unique("nowhere"))])
    jobs.load([tenant(word, name="Two"), user("u", word)])
    since = {outcome: metric(at, "bailiwick_import_rows_total", outcome=outcome) - before[outcome] for outcome in outcomes}
    assert since == {"created": 2, "updated": 1, "unchanged": 1, "refused": 1}
    assert metric(at, "bailiwick_import_steps_total") >= 2 and metric(at, "bailiwick_import_step_seconds_total") > 0


def test_jobs_that_wait_are_counted(at):
    """With the row of the job in somebody's hand no process takes it on."""
    jobs = Jobs(at.admin.client, at.id("alpha"))
    job = jobs.open()
    jobs.send(job, lines([tenant(unique("q"))]))
    conninfo = (at.server.folder / "data/conninfo").read_text()
    with psycopg.connect(f"{conninfo} user=postgres", options="-c search_path=bailiwick,pg_temp") as holder:
        holder.execute("UPDATE import_job SET state = 'queued' WHERE id = %s", [job["id"]])
        holder.commit()
        holder.execute("SELECT FROM import_job WHERE id = %s FOR UPDATE", [job["id"]])
        if jobs.see(job)["state"] == "queued":  # else it was quicker
            await_metric(at, 1, "bailiwick_import_jobs_waiting")
    jobs.report(job).is_clean(created=1)
    deadline = time.monotonic() + SECONDS
    while metric(at, "bailiwick_import_jobs_waiting") or metric(at, "bailiwick_import_jobs_running"):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_the_readme_has_every_metric(at):
    """Of mails it says that they are counted where mail is sent; of a certificate, where there is one."""
    told = set(re.findall(r"`(bailiwick_\w+)`", readme.section("Settings")))
    counted = set(re.findall(r"^# TYPE (\w+) ", at.server.metrics(), re.M))
    assert {name for name in told - counted if not name.startswith(("bailiwick_mail_", "bailiwick_tls_"))} == set()
    assert counted - told == set()
