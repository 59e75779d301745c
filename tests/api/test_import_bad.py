"""What a content may have wrong: each is an error of its row, or of the job, and all the rest is loaded."""
import os

import pytest

from support.importing import installed, lines, tenant, user
from support.jobs import Jobs, id_of, machine, users_of

LINE = 1 << 20  # the longest that is read
# The long form: IMPORT_ERRORS=1000000 tests/run api/test_import_bad.py
ERRORS, LISTED = int(os.environ.get("IMPORT_ERRORS", "20000")), 100000
MARK = "\ufeff"


@pytest.fixture(scope="module", name="at")
def installation():
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
    return Jobs(machine(at, partner), id_of(at, partner))


def padded(row, length):
    """The row in a line of so many bytes."""
    [line] = lines([row]).splitlines()
    return line + b" " * (length - len(line))


# Encoding

CSV = "external_id,login\nu1,ada\n"


@pytest.mark.parametrize("form", ["ndjson", "csv"])
def test_a_mark_before_all_is_no_part_of_it(jobs, form):
    text = CSV if form == "csv" else lines([user("u1", login="ada")]).decode()
    jobs.load((MARK + text).encode(), kind="users", format=form).is_clean(created=1)


def test_a_mark_elsewhere_is(jobs):
    report = jobs.load(lines([user("u1")]) + MARK.encode() + lines([user("u2")]))
    assert (report.counts, report.refused) == ({"created": 1, "refused": 1}, {2: ("malformed", None)})


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "latin-1"])
@pytest.mark.parametrize("form", ["ndjson", "csv"])
def test_another_encoding_is_named(at, partner, jobs, form, encoding):
    text = CSV if form == "csv" else lines([user("u1", login="ada")]).decode()
    report = jobs.load(text.replace("ada", "Åda").encode(encoding), kind="users", format=form)
    assert report.counts.keys() == {"refused"} and users_of(at, partner) == {}
    if encoding not in ("utf-16-be", "utf-32"):  # those have bytes that are UTF-8, and say nothing in it
        assert "not UTF-8" in report.results[min(report.results)]["message"]


# Lines

def test_a_row_of_a_mebibyte_is_read_and_one_byte_more_is_not(at, partner, jobs):
    content = padded(user("u1"), LINE) + b"\n" + padded(user("u2"), LINE + 1) + b"\n" + padded(user("u3"), LINE)
    report = jobs.load(content)
    assert (report.counts, report.refused) == ({"created": 2, "refused": 1}, {2: ("too_large", None)})
    assert set(users_of(at, partner)) == {"u1", "u3"}


def test_a_content_without_a_line_is_one_row_too_long(jobs):
    report = jobs.load(b"x" * (5 * LINE))
    assert (report.job["state"], report.counts, report.refused) == ("done", {"refused": 1}, {1: ("too_large", None)})


def test_a_header_too_long_stops_the_job(jobs):
    report = jobs.load(b"login" + b" " * LINE + b"\nada\n", kind="users", format="csv")
    assert (report.job["state"], report.job["code"]) == ("stopped", "too_large")
    assert report.refused == {1: ("too_large", None)}


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_the_last_row_may_end_as_it_likes(jobs, end):
    jobs.load(f"external_id,login{end or chr(10)}u1,ada{end}".encode(), kind="users", format="csv").is_clean(created=1)


def test_no_byte_breaks_a_row_that_is_beside_it(at, partner, jobs):
    bad = [bytes([n]) for n in range(256) if n not in b"\n\r\t "]
    rows = [part for n, byte in enumerate(bad) for part in (lines([user(f"u{n}")]), byte + b"\n")]
    report = jobs.load(b"".join(rows))
    assert report.counts == {"created": len(bad), "refused": len(bad)} and len(users_of(at, partner)) == len(bad)
    assert set(report.refused.values()) == {("malformed", None)}


# Names that come twice

def test_a_member_twice_in_one_row_is_refused(jobs):
    report = jobs.load(['{"kind": "user", "external_id": "u1", "login": "a", "login": "b"}'])
    assert report.refused == {1: ("malformed", None)} or report.refused == {1: ("malformed", "login")}


def test_of_two_rows_of_one_name_the_second_counts_as_if_it_came_later(at, partner, jobs):
    report = jobs.load([user("u1", display_name="First"), user("u2"), user("u1", display_name="Second")])
    assert report.counts == {"created": 2, "updated": 1}
    assert users_of(at, partner)["u1"]["display_name"] == "Second"


def test_where_all_is_to_be_made_the_second_of_one_name_is_refused(at, partner, jobs):
    report = jobs.load([user("u1", display_name="First"), user("u2"), user("u1", display_name="Second")], mode="create")
    assert (report.counts, report.refused) == ({"created": 2, "refused": 1}, {3: ("already_exists", "external_id")})
    assert users_of(at, partner)["u1"]["display_name"] == "First"


# Many

def test_every_one_of_many_errors_is_counted(jobs):
    """Those that are listed are the first ones."""
    report = jobs.load(b"x\n" * ERRORS)
    assert (report.job["state"], report.counts, report.job["line"]) == ("done", {"refused": ERRORS}, ERRORS + 1)
    assert list(report.results) == list(range(1, min(ERRORS, LISTED) + 1))
