"""The content of an import job on its way: stored as it comes, in flat memory, never taken for all of it too soon."""
import os
import re
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from support.importing import installed, lines, tenant, user
from support.jobs import NDJSON, Jobs, id_of, machine
from support.sending import PIECE, Sending, has_received


@pytest.fixture(scope="module", name="at")
def installation():
    with pytest.MonkeyPatch.context() as patch:
        # The sanitizer keeps back what is freed, to see it used again: no more of it than tells of memory in use.
        patch.setenv("ASAN_OPTIONS", f"{os.environ.get('ASAN_OPTIONS', '')}:quarantine_size_mb=4")
        with installed() as made:
            made.provider = made.admin.get("/v1/me").json()["tenant_id"]
            yield made


@pytest.fixture(name="partner")
def a_partner(at):
    name = at.word("partner")
    Jobs(at.admin, at.provider).load([tenant(name, "partner")]).is_clean(created=1)
    return name


@pytest.fixture(name="jobs")
def partners_jobs(at, partner):
    """As a machine of the partner's own."""
    return Jobs(machine(at, partner), id_of(at, partner))


def rows_of(size):
    """So many bytes of rows, and how many rows that is."""
    row = lines([user("u00000", login="l00000", display_name="x" * 100)])
    count = size // len(row)
    return b"".join(row.replace(b"00000", b"%05d" % n) for n in range(count)), count


# In flat memory

MANY = 300 << 20


def resident(server):
    return int(re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{server.process.pid}/status").read_text(), re.M)[1]) << 10


def test_300_mib_come_in_flat_memory_and_in_nobodys_way(at, jobs):
    job, block = jobs.open(), b"\n" * (1 << 20)
    with closing(Sending(jobs, job, MANY)) as sending:
        for _ in range(32):
            sending.send(block)
        before, slowest = resident(at.server), 0
        for n in range(32, MANY >> 20):
            sending.send(block)
            if n % 16 == 0:
                begun = time.monotonic()
                at.admin.get("/v1/me")
                slowest = max(slowest, time.monotonic() - begun)
        status, _, ended = sending.reply()
    assert (status, ended["bytes_received"], ended["bytes_announced"]) == (200, MANY, MANY)
    assert resident(at.server) < before + (64 << 20) and slowest < 5
    jobs.client.post(f"{jobs.path(job)}/cancel")


# Cut short

def test_what_came_before_a_break_stays_and_the_rest_follows(jobs):
    content, count = rows_of(3 * PIECE)
    job = jobs.open()
    with closing(Sending(jobs, job, len(content))) as sending:
        sending.send(content[:2 * PIECE + 1000])
        has_received(jobs, job, 2 * PIECE)
    seen = jobs.see(job)
    assert (seen["state"], seen["bytes_received"], seen["bytes_announced"]) == ("open", 2 * PIECE, len(content))
    problem = jobs.client.problem("POST", f"{jobs.path(job)}/start", 409, "content_incomplete")
    assert problem["expected_offset"] == str(2 * PIECE)
    jobs.fill(job, content[2 * PIECE:], 2 * PIECE)
    jobs.start(job)
    jobs.report(job).is_clean(created=count)


def test_a_service_that_is_killed_meanwhile_goes_on_where_its_content_ended(at, jobs):
    job, content = jobs.open(), b"\n" * (2 * PIECE) + lines([user("u1"), user("u2")])
    with closing(Sending(jobs, job, len(content))) as sending:
        sending.send(content[:PIECE + 1000])
        has_received(jobs, job, PIECE)
        at.server.kill()
    at.server.start()
    seen = jobs.see(job)
    assert (seen["state"], seen["bytes_received"], seen["bytes_announced"]) == ("open", PIECE, len(content))
    jobs.fill(job, content[PIECE:], PIECE)
    jobs.start(job)
    report = jobs.report(job)
    report.is_clean(created=2)
    assert list(report.results) == [2 * PIECE + 1, 2 * PIECE + 2]


def test_who_gives_up_what_was_announced_says_so(jobs):
    job, content = jobs.open(), lines([user("u1")])
    jobs.fill(job, content)
    with closing(Sending(jobs, job, 5000, len(content), Expect="100-continue")) as sending:
        assert sending.reply()[0] == 100
    jobs.client.problem("POST", f"{jobs.path(job)}/start", 409, "content_incomplete")
    jobs.fill(job, b"", len(content))
    jobs.start(job)
    jobs.report(job).is_clean(created=1)


def test_one_event_stands_for_all_pieces(at, partner, jobs):
    job, content = jobs.open(), b"\n" * (3 * PIECE)
    jobs.fill(job, content)
    events = at.admin.pages(f"/v1/tenants/{at.find(partner)[0]['id']}/audit", action="fillImport", object_id=job["id"])
    assert [(event["before"], event["after"]) for event in events] == [
        ({"bytes_announced": 0}, {"bytes_announced": len(content)})]


# Who may

def test_who_asks_first_hears_no_before_anything_is_sent(at, partner, jobs):
    job = jobs.open()
    for sender, offset, expected in ((jobs, 7, (409, "wrong_offset")),
                                     (Jobs(at.admin, id_of(at, partner)), 0, (403, "forbidden"))):
        with closing(Sending(sender, job, 5 << 20, offset, Expect="100-continue")) as sending:
            status, _, problem = sending.reply()
            assert (status, problem["code"]) == expected
    assert problem.get("expected_offset") is None
    with closing(Sending(jobs, job, 5, 0, Expect="100-continue")) as sending:
        assert sending.reply()[0] == 100
        sending.send(b"\n\n\n\n\n")
        assert sending.reply()[0] == 200


def test_a_submitter_who_is_suspended_meanwhile_sends_no_more(at, jobs, partner):
    job = jobs.open()
    with closing(Sending(jobs, job, 2 * PIECE)) as sending:
        sending.send(b"\n" * (PIECE + 1))
        has_received(jobs, job, PIECE)
        at.admin.patch(f"/v1/clients/{jobs.client.id}", {"state": "suspended"})
        sending.send(b"\n" * (PIECE - 1))
        status, _, problem = sending.reply()
    assert (status, problem["code"]) == (401, "unauthenticated")
    assert Jobs(at.admin, id_of(at, partner)).see(job)["bytes_received"] == PIECE


def test_a_job_that_is_cancelled_meanwhile_takes_no_more(jobs):
    job = jobs.open()
    with closing(Sending(jobs, job, 2 * PIECE)) as sending:
        sending.send(b"\n" * (PIECE + 1))
        has_received(jobs, job, PIECE)
        jobs.client.post(f"{jobs.path(job)}/cancel")
        sending.send(b"\n" * (PIECE - 1))
        assert (sending.reply()[0], jobs.see(job)["bytes_received"]) == (409, PIECE)


# Too much, too many, at the same time

def test_of_two_who_send_at_once_one_is_told_where_it_goes_on(jobs):
    job, answers = jobs.open(), []

    def send(letter):
        reply = jobs.client.other(jobs.client.token).call("PUT", f"{jobs.path(job)}/content?offset=0",
                                                         data=letter * (4 * PIECE), headers={"Content-Type": NDJSON})
        answers.append(reply.status_code)

    both = [threading.Thread(target=send, args=[letter]) for letter in (b"\n", b" ")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(answers) in ([200, 409], [409, 409])
    assert jobs.see(job)["bytes_received"] % PIECE == 0


def test_one_caller_sends_four_at_a_time_and_others_too(at, partner, jobs):
    job, other = jobs.open(), Jobs(machine(at, partner), id_of(at, partner))
    content = b"\n" * (PIECE + 1)
    slow = [Sending(jobs, jobs.open(), len(content), 0, Expect="100-continue") for _ in range(4)]
    assert [sending.reply()[0] for sending in slow] == [100] * 4
    with closing(Sending(jobs, job, len(content), 0, Expect="100-continue")) as sending:
        status, headers, problem = sending.reply()
        assert (status, problem["code"], headers["Retry-After"]) == (503, "busy", "1")
    assert jobs.see(job)["bytes_announced"] == 0
    jobs.fill(job, b"\n")  # a short part waits for nobody
    other.fill(other.open(), content)
    for sending in slow:
        sending.send(content)
        assert sending.reply()[0] == 200
        sending.close()
    jobs.fill(job, content, 1)


def test_more_than_a_job_may_bring_is_refused_before_it_comes(jobs):
    job = jobs.open()
    jobs.fill(job, b"\n")
    for offset, length in ((0, (1 << 30) + 1), (1, 1 << 30)):
        with closing(Sending(jobs, job, length, offset, Expect="100-continue")) as sending:
            status, _, problem = sending.reply()
            assert (status, problem["code"]) == (413, "too_large")


def test_a_length_must_be_said(jobs):
    job = jobs.open()
    with closing(Sending(jobs, job, None, 0, Transfer_Encoding="chunked")) as sending:
        sending.send(b"5\r\n\n\n\n\n\n\r\n0\r\n\r\n")
        assert sending.reply()[0] == 411
    assert jobs.see(job)["bytes_received"] == 0
