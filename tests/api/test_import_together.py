"""Import jobs of two processes on one database: neither loses, doubles or mixes what the other does."""
import pytest

from support.client import Client
from support.estate import unique
from support.importing import grant, installed, lines, tenant, user
from support.jobs import Jobs, id_of
from support.server import Server

MANY = 400

# What was written and what was told of it: each version of somebody has its event, of one job or the other.
UNTOLD = """
SELECT count(*) FROM principal p
 WHERE p.external_id LIKE 'u%%' AND p.version <>
       (SELECT count(*) FROM audit_event e WHERE e.object_id = p.id AND e.action = 'importUser' AND e.request_id = ANY (%s))"""


@pytest.fixture(scope="module", name="at")
def two_processes_on_one_database():
    with installed() as made:
        other = Server(database_url=made.cluster.url, base_url=made.server.url,
                       master_key_file=made.server.folder / "data/master.key")
        made.other = other
        try:
            other.start()
            yield made
            other.stop()
        finally:
            other.close()


def test_two_jobs_that_meet_leave_what_one_of_them_said(at):
    """They come to the same people from both ends, each with another name for them, so that they wait for each other."""
    partner = at.word("partner")
    Jobs(at.admin, at.admin.get("/v1/me").json()["tenant_id"]).load([tenant(partner, "partner")]).is_clean(created=1)
    jobs, numbers = Jobs(at.admin, id_of(at, partner)), range(MANY)
    contents = [[tenant("home"), *(row for n in order for row in (user(f"u{n}", "home", display_name=name),
                                                                  grant(f"u{n}", "home")))]
                for name, order in (("One", numbers), ("Two", reversed(numbers)))]
    both = [jobs.open() for _ in contents]
    for job, rows in zip(both, contents):
        jobs.send(job, lines(rows))
    at.rows("UPDATE import_job SET state = 'queued' WHERE id = ANY (%s) RETURNING id", [job["id"] for job in both])
    reports = [jobs.report(job) for job in both]
    for report, rows in zip(reports, contents):
        assert (report.job["state"], sorted(report.results), report.refused) == ("done", list(range(1, len(rows) + 1)), {})
    made = [sum(report.counts.get(outcome, 0) for report in reports) for outcome in ("created", "updated", "unchanged")]
    assert made[0] == 1 + 2 * MANY and sum(made) == 2 * (1 + 2 * MANY)
    home, = [found["id"] for found in at.find("home") if found["parent_id"] == id_of(at, partner)]
    people = list(at.admin.pages(f"/v1/tenants/{home}/users"))
    assert len(people) == MANY and {found["display_name"] for found in people} <= {"One", "Two"}
    assert len(list(at.admin.pages(f"/v1/tenants/{home}/grants"))) == MANY
    assert at.rows(UNTOLD, [job["id"] for job in both]) == [(0,)]


def test_a_job_that_is_opened_again_at_the_other_process_or_after_a_kill_is_the_same(at):
    """By one Idempotency-Key."""
    place = f"/v1/tenants/{at.admin.get('/v1/me').json()['tenant_id']}/imports"
    key, wanted = {"Idempotency-Key": unique("key")}, {"kind": "users"}
    opened = at.admin.post(place, wanted, 201, headers=key).json()
    elsewhere = Client(at.other, at.document, at.admin.token)
    again = elsewhere.post(place, wanted, 201, headers=key)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (opened, "true")
    at.server.kill()
    at.server.start()
    assert at.admin.post(place, wanted, 201, headers=key).json() == opened
    assert [job["id"] for job in at.admin.pages(place, state="open")] == [opened["id"]]
