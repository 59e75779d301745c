"""Import jobs: what was accepted is there, what was refused says why, and nothing lands outside the tenant named."""
import uuid

import pytest

from support.importing import grant, installed, lines, tenant, user
from support.jobs import Jobs, id_of, machine, users_of


@pytest.fixture(scope="module", name="at")
def installation():
    with installed() as made:
        yield made


@pytest.fixture(name="partner")
def a_partner(at):
    """The external_id of a new partner with nothing in it."""
    name = at.word("partner")
    at.provider = at.admin.get("/v1/me").json()["tenant_id"]
    Jobs(at.admin, at.provider).load([tenant(name, "partner")]).is_clean(created=1)
    return name


@pytest.fixture(name="jobs")
def partners_jobs(at, partner):
    """As a machine of the partner's own."""
    return Jobs(machine(at, partner), id_of(at, partner))


# From opening to the end

def test_a_job_makes_what_its_rows_say_and_the_same_again_changes_nothing(at, partner, jobs):
    customer = at.word("c")
    rows = [tenant(customer), user("u1", customer, "ada", email="ada@a.example"), user("u2"),
            grant("u1", customer, "viewer")]
    first = jobs.load(rows)
    first.is_clean(created=4)
    assert [(row["action"], row["outcome"], row["code"]) for row in first.results.values()] == [
        (action, "created", None) for action in ("importTenant", "importUser", "importUser", "importGrant")]
    assert first.results[2]["id"] == users_of(at, customer)["u1"]["id"]
    assert set(users_of(at, partner)) == {"u2"}  # at home where nothing else is said: the job's tenant
    before = at.digest(["tenant", "principal", '"grant"'])
    jobs.load(rows).is_clean(unchanged=4)
    assert at.digest(["tenant", "principal", '"grant"']) == before
    jobs.load([user("u1", customer, "ada", email=None)]).is_clean(updated=1)


def test_a_job_says_how_far_it_is(at, jobs):
    job = jobs.open(kind="users", on_error="stop")
    assert (job["state"], job["bytes_received"], job["line"], job["kind"], job["on_error"]) == ("open", 0, 1, "users", "stop")
    assert job["submitter_id"] == jobs.client.id and job["started_at"] is None
    content = lines([user("u1"), user("u2")])
    assert jobs.fill(job, content)["bytes_received"] == len(content)
    assert jobs.start(job)["state"] == "queued"
    ended = jobs.ended(job)
    assert (ended["state"], ended["bytes_done"], ended["line"]) == ("done", len(content), 3)
    assert ended["started_at"] and ended["rows_per_second"] >= 0 and ended["expected_end"] is None
    assert [found["id"] for found in jobs.client.pages(jobs.place)] == [job["id"]]
    assert list(jobs.client.pages(jobs.place, state="open")) == []


def test_every_row_leaves_its_event_tied_to_the_job(at, partner, jobs):
    report = jobs.load([user("u1"), user("u2")])
    place = f"/v1/tenants/{id_of(at, partner)}/audit"
    events = list(at.admin.pages(place, action="importUser"))
    assert {event["request_id"] for event in events} == {report.job["id"]} and len(events) == 2
    assert {event["actor"]["id"] for event in events} == {jobs.client.id}
    ours = {action: list(at.admin.pages(place, action=action, object_id=report.job["id"]))
            for action in ("createImport", "fillImport", "startImport", "endImport")}
    assert {action: len(found) for action, found in ours.items()} == dict.fromkeys(ours, 1)


def test_an_empty_content_is_done_at_once(jobs):
    jobs.load(b"").is_clean()
    jobs.load(b"\n \t\r\n\n").is_clean()


# Content

def test_content_comes_in_parts_and_goes_on_after_a_break(jobs):
    content = lines([user(f"u{n}", display_name=f"Ü{n}") for n in range(40)])
    job = jobs.open()
    jobs.fill(job, content[:7])
    jobs.fill(job, content[7:100], 7)
    for offset in (0, 50, 101):
        problem = jobs.client.problem("PUT", f"{jobs.path(job)}/content?offset={offset}", 409, "wrong_offset", data=b"x",
                                      headers={"Content-Type": "text/csv"})
        assert problem["expected_offset"] == "100"
    jobs.fill(job, content[100:], 100)
    jobs.start(job)
    jobs.report(job).is_clean(created=40)


def test_content_stands_sealed_and_goes_with_the_end(at, jobs):
    job = jobs.open()
    jobs.fill(job, lines([user("u1", display_name="Plainly Visible")]))
    parts = "SELECT sealed FROM bailiwick.import_part WHERE job_id = %s"
    assert [b"Plainly" in bytes(sealed) for sealed, in at.rows(parts, job["id"])] == [False]
    jobs.start(job)
    jobs.report(job).is_clean(created=1)
    assert at.rows(parts, job["id"]) == []


def test_lines_lie_across_parts_of_any_size(jobs):
    rows = [user(f"u{n:05}", login=f"login-{n:05}", display_name="x" * 100) for n in range(4000)]
    job = jobs.open()
    jobs.send(job, lines(rows), 99991)
    jobs.start(job)
    report = jobs.report(job)
    report.is_clean(created=4000)
    assert list(report.results) == list(range(1, 4001))


@pytest.mark.parametrize("act", ["fill", "start"])
def test_what_was_started_takes_nothing_more(jobs, act):
    job = jobs.open()
    jobs.start(job)
    jobs.ended(job)
    path, headers = {"fill": ("content?offset=0", {"Content-Type": "text/csv"}), "start": ("start", {})}[act]
    jobs.client.problem("PUT" if act == "fill" else "POST", f"{jobs.path(job)}/{path}", 409, "conflict", headers=headers)


def test_nobody_else_fills_or_starts_a_job_that_would_run_by_somebodys_rights(at, partner, jobs):
    job = jobs.open()
    other = Jobs(machine(at, partner), id_of(at, partner))
    other.client.problem("PUT", f"{jobs.path(job)}/content?offset=0", 403, "forbidden", data=b"x",
                         headers={"Content-Type": "application/x-ndjson"})
    other.client.problem("POST", f"{jobs.path(job)}/start", 403, "forbidden")
    assert other.client.post(f"{jobs.path(job)}/cancel").json()["state"] == "cancelled"


def test_a_job_is_found_below_its_own_tenant_alone(at, jobs):
    job, elsewhere = jobs.open(), at.word("partner")
    Jobs(at.admin, at.provider).load([tenant(elsewhere, "partner")]).is_clean(created=1)
    for method, path in (("GET", ""), ("POST", "/start"), ("POST", "/cancel"), ("GET", "/results")):
        at.admin.problem(method, f"/v1/tenants/{id_of(at, elsewhere)}/imports/{job['id']}{path}", 404, "not_found")


# What is refused

BAD = {"not JSON": ("{", "malformed", None), "not UTF-8": (b'{"kind": "user", "login": "\xff"}', "malformed", None),
       "no kind": ('{"external_id": "u"}', "malformed", "kind"),
       "a wrong member": ('{"kind": "user", "external_id": "u9", "login": 7}', "malformed", "login"),
       "an unknown member": ('{"kind": "user", "external_id": "u9", "login": "l", "id": "x"}', "malformed", "id")}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_row_is_named_and_the_rest_goes_on(jobs, bad):
    text, code, field = BAD[bad]
    text = text if isinstance(text, bytes) else text.encode()
    report = jobs.load(lines([user("u1")]) + text + b"\n" + lines([user("u2")]))
    assert (report.job["state"], report.counts, report.refused) == ("done", {"created": 2, "refused": 1}, {2: (code, field)})
    assert [row["line"] for row in jobs.results(report.job, outcome="refused")] == [2]
    assert [row["line"] for row in jobs.results(report.job, outcome="applied")] == [1, 3]


def test_the_first_refused_row_stops_a_job_that_is_to_stop(at, partner, jobs):
    report = jobs.load([user("u1"), user("u2", "nowhere"), user("u3")], kind="users", on_error="stop")
    assert (report.job["state"], report.job["code"], report.counts) == ("stopped", "not_found", {"created": 1, "refused": 1})
    assert set(users_of(at, partner)) == {"u1"}


def test_a_row_that_waited_in_vain_stops_a_job_that_is_to_stop(jobs):
    report = jobs.load([user("u1", "nowhere"), user("u2"), user("u3", "nowhere")], on_error="stop")
    assert (report.job["state"], report.counts, list(report.refused)) == ("stopped", {"created": 1, "refused": 1}, [1])


def test_a_row_too_long_is_refused_and_what_follows_is_not(jobs):
    long = lines([user("u2", display_name="x" * (3 << 20))])
    report = jobs.load(lines([user("u1")]) + long + lines([user("u3")]))
    assert (report.job["state"], report.counts, report.refused) == ("done", {"created": 2, "refused": 1}, {2: ("too_large", None)})


def test_a_job_of_one_kind_takes_no_other(jobs):
    report = jobs.load([user("u1"), tenant("t")], kind="users")
    assert (report.counts, report.refused) == ({"created": 1, "refused": 1}, {2: ("malformed", "kind")})


def test_the_same_row_twice_in_one_content_is_made_once(jobs):
    jobs.load([user("u1"), user("u1")]).is_clean(created=1, unchanged=1)


def test_a_row_that_fails_undoes_no_other(jobs):
    report = jobs.load([user("u1", login="same"), user("u2", login="same"), user("u3")])
    assert (report.counts, report.refused) == ({"created": 2, "refused": 1}, {2: ("already_exists", None)})


def test_a_dry_run_says_all_and_does_nothing(at, partner, jobs):
    before = at.digest(["tenant", "principal", '"grant"'])
    report = jobs.load([user("u1"), user("u2", "nowhere")], dry_run=True)
    assert (report.job["state"], report.counts) == ("done", {"created": 1, "refused": 1})
    assert report.results[1]["id"] is None and at.digest(["tenant", "principal", '"grant"']) == before


# CSV

def test_a_csv_says_the_same_as_lines_of_json(at, partner, jobs):
    content = ('\ufeffexternal_id,login,display_name,email,dialling_addresses\r\n'
               'u1,ada,"Lovelace, ""Ada""",ada@a.example,sip:1@a;sip:2@a\r\n'
               'u2,=bob,,,\r\n'
               "\r\n"
               "u3,'=carol,,\\N,\n").encode()
    jobs.load(content, kind="users", format="csv").is_clean(created=3)
    found = users_of(at, partner)
    assert {k: found["u1"][k] for k in ("login", "display_name", "email", "dialling_addresses")} == {
        "login": "ada", "display_name": 'Lovelace, "Ada"', "email": "ada@a.example", "dialling_addresses": ["sip:1@a", "sip:2@a"]}
    assert (found["u2"]["login"], found["u3"]["login"]) == ("=bob", "=carol")
    jobs.load(content, kind="users", format="csv").is_clean(unchanged=3)


def test_a_csv_of_every_kind_names_each(jobs):
    content = (b"kind,external_id,tenant_kind,name,login,user_external_id,role,scope\n"
               b"tenant,c1,customer,A customer,,,,\nuser,u1,,,ada,,,\ngrant,,,,,u1,viewer,self\n")
    jobs.load(content, format="csv").is_clean(created=3)


@pytest.mark.parametrize("header", ["external_id,nickname", "external_id,login,login", "external_id;login", ""])
def test_a_wrong_header_stops_the_job_before_any_row(jobs, header):
    report = jobs.load(f"{header or ','}\nu1,ada\n".encode(), kind="users", format="csv")
    assert (report.job["state"], report.job["code"], report.counts) == ("stopped", "malformed", {"refused": 1})
    assert list(report.results) == [1] and report.results[1]["message"].startswith("The header has a name")


def test_a_ragged_or_unquoted_row_is_refused_and_the_rest_goes_on(jobs):
    rows = [b"u1,ada", b"u2", b'"u3,carol', b"u4,dave,x", b"u5,\xff", b"u6,eve"]
    report = jobs.load(b"external_id,login\n" + b"\n".join(rows), kind="users", format="csv")
    assert (report.counts, report.refused) == ({"created": 2, "refused": 4}, dict.fromkeys((3, 4, 5, 6), ("malformed", None)))


def test_results_come_as_csv_too(jobs):
    report = jobs.load([user("u1"), '{"kind": "user", "external_id": "u2", "login": "l", "=x": 1}'])
    text = jobs.client.get(f"{jobs.path(report.job)}/results?format=csv").text
    assert text.splitlines() == [
        "line,action,id,outcome,code,field,message", f"1,importUser,{report.results[1]['id']},created,,,",
        "2,importUser,,refused,malformed,'=x,'=x: Is unknown here"]


# Never outside

def test_what_lies_outside_the_tenant_is_not_there(at, partner, jobs):
    """Neither by the job's own reach nor by what its submitter may do elsewhere."""
    elsewhere = at.word("partner")
    everywhere = Jobs(at.admin, at.provider)
    everywhere.load([tenant(elsewhere, "partner")]).is_clean(created=1)
    for someone in (jobs, Jobs(at.admin, id_of(at, partner))):
        report = someone.load([user("u1", elsewhere), user("u1", "no-such-tenant"), tenant("t", above=elsewhere)])
        assert set(report.refused.values()) == {("not_found", "tenant_external_id")} and len(report.refused) == 3
        told = [{k: v for k, v in row.items() if k != "line"} for row in list(report.results.values())[:2]]
        assert told[0] == told[1]
    assert users_of(at, elsewhere) == {}


def test_an_id_from_outside_is_no_more_than_one_of_nothing(at, partner, jobs):
    """In every member that names something, for the job's own reach and for what its submitter may do elsewhere."""
    elsewhere, everywhere = at.word("partner"), Jobs(at.admin, at.provider)
    everywhere.load([tenant(elsewhere, "partner"), user("u1", elsewhere)]).is_clean(created=2)
    ids = [id_of(at, elsewhere), users_of(at, elsewhere)["u1"]["id"], str(uuid.uuid4())]
    there, person, nothing = (f"id:{found}" for found in ids)

    def rows(place, who):
        return [user("u2", place), tenant("t", above=place), tenant(place), user(who), grant(who, None), grant("u1", place),
                {**grant("u1", None), "user_tenant_external_id": place}, grant("u1", None, role=place)]

    for someone in (jobs, Jobs(at.admin, id_of(at, partner))):
        someone.load([user("u1")])
        real, none = (someone.load(rows(*names)) for names in ((there, person), (nothing, nothing)))
        assert real.results == none.results and set(real.refused) == set(range(1, 9))
        assert {code for code, _ in real.refused.values()} == {"not_found"}
    assert set(users_of(at, elsewhere)) == {"u1"}


def test_an_external_id_means_the_one_below_the_jobs_tenant(at, partner, jobs):
    other = at.word("partner")
    Jobs(at.admin, at.provider).load([tenant(other, "partner"), tenant("twin", above=other), tenant("twin", above=partner)])
    Jobs(at.admin, id_of(at, partner)).load([user("u1", "twin")]).is_clean(created=1)
    homes = [found for found in at.find("twin") if found["parent_id"] == id_of(at, partner)]
    assert [found["external_id"] for found in at.admin.pages(f"/v1/tenants/{homes[0]['id']}/users")] == ["u1"]


@pytest.mark.parametrize("row", [user("u1"), "partner", user("u1", "never"), "", "{"])
def test_a_submitter_who_is_suspended_stops_the_job(at, partner, jobs, row):
    """At the first row, whatever that names, and where it names nothing or is none."""
    job = jobs.open()
    jobs.fill(job, lines([user("u1", partner) if row == "partner" else row]))
    with at.look.transaction():  # holds the job, so that nothing runs before the suspension
        at.look.execute("SELECT FROM bailiwick.import_job WHERE id = %s FOR UPDATE", [job["id"]])
        at.look.execute("UPDATE bailiwick.import_job SET state = 'queued' WHERE id = %s", [job["id"]])
        at.admin.patch(f"/v1/clients/{jobs.client.id}", {"state": "suspended"})
    report = Jobs(at.admin, id_of(at, partner)).report(job)
    assert (report.job["state"], report.job["code"], report.counts) == ("stopped", "unauthenticated", {})
    assert users_of(at, partner) == {}


@pytest.mark.parametrize("phase, done, expected", [
    ("rows", {"done": 50}, "00:00:25"),  # as many bytes again, and the rows that wait are half of those gone through
    ("waiting", {}, "00:00:15"),
    ("removals", {"waiting": 0, "created": 20, "removals": 10, "removals_done": 5}, "00:00:12.5")])
def test_the_end_is_expected_by_what_is_left(at, partner, jobs, phase, done, expected):
    """Of bytes, rows that wait, and removals. With a step in the future that was in vain it rests."""
    job = jobs.open()
    left = {"phase": phase, "received": 100, "done": 100, "created": 10, "waiting": 10, "state": "running", "tries": 1,
            "started_at": "2099-01-01T00:00:00Z", "served_at": "2099-01-01T00:00:10Z"} | done
    at.look.execute(f"UPDATE bailiwick.import_job SET {', '.join(f'{name} = %s' for name in left)} WHERE id = %s",
                    [*left.values(), job["id"]])
    seen = jobs.see(job)
    assert seen["expected_end"] == f"2099-01-01T{expected if '.' in expected else expected + '.0'}00000Z"
    assert (seen["rows_waiting"], seen["rows_per_second"]) == (left["waiting"], left["created"] // 10)
    jobs.client.post(f"{jobs.path(job)}/cancel")


def test_whoever_stands_below_the_submitter_is_not_told_who_that_is(at, partner, jobs):
    report = Jobs(at.admin, id_of(at, partner)).load([user("u1")])
    assert jobs.see(report.job)["submitter_id"] is None
    assert Jobs(at.admin, id_of(at, partner)).see(report.job)["submitter_id"]
    events = jobs.client.pages(f"/v1/tenants/{id_of(at, partner)}/audit", object_id=report.job["id"])
    assert {event["after"].get("submitter_id") for event in events} == {None}


# Cancelling

def test_a_cancelled_job_goes_no_further(at, partner, jobs):
    job = jobs.open()
    jobs.send(job, lines([user(f"u{n:05}") for n in range(5000)]))
    jobs.start(job)
    assert jobs.client.post(f"{jobs.path(job)}/cancel").json()["state"] == "cancelled"
    made = sum(jobs.see(job)["counts"].values())
    assert made < 5000 and len(users_of(at, partner)) == made == len(list(jobs.results(job)))
    jobs.client.problem("POST", f"{jobs.path(job)}/cancel", 409, "conflict")


# Dry runs

def test_a_dry_run_tells_what_the_same_file_does(at, partner, jobs):
    """Also of rows that depend on others which stand in steps before theirs."""
    home, count = at.word("c"), 1500
    people = [user(f"u{n:05}", home, login=f"u{n % 1400:05}") for n in range(count)]
    rows = [grant("u00007", home), *people, tenant(home), *(grant(f"u{n:05}", home) for n in range(0, count, 100)), user("u00003", home, "new")]
    before = at.digest(["tenant", "principal", '"grant"', "policy_event"])
    dry = jobs.load(rows, dry_run=True)
    assert at.digest(["tenant", "principal", '"grant"', "policy_event"]) == before
    assert at.rows("SELECT count(*) FROM import_draft") == [(0,)]
    assert {row["id"] for row in dry.results.values()} == {None}
    real = jobs.load(rows)
    assert dry.counts == real.counts == {"created": 1400 + 1 + 15, "updated": 1, "refused": 101}
    without_ids = [[{**row, "id": None} for row in report.results.values()] for report in (dry, real)]
    assert without_ids[0] == without_ids[1]


# Results in the order of lines

def test_rows_that_waited_stand_at_their_lines(at, partner, jobs):
    home, count = at.word("c"), 9000
    rows = [user(f"u{n:05}", home) if n % 500 == 3 else "{" if n % 500 == 7 else user(f"u{n:05}") for n in range(count)] + [tenant(home)]
    report = jobs.load(rows)
    assert report.counts == {"created": count - 17, "refused": 18}
    assert [row["line"] for row in jobs.results(report.job)] == list(range(1, count + 2))
    assert [row["line"] for row in jobs.results(report.job, outcome="refused")] == [500 * n + 8 for n in range(18)]
    assert [row["line"] for row in jobs.results(report.job, after=8990)] == list(range(8991, count + 2))
    csv = [line.split(",")[0] for line in jobs.client.get(f"{jobs.path(report.job)}/results?format=csv&after=8998").text.splitlines()]
    assert csv == ["8999", "9000", "9001"]


def test_what_no_line_names_stands_behind_all_lines(at, partner, jobs):
    jobs.load([user(f"u{n}") for n in range(5)]).is_clean(created=5)
    report = jobs.load([user("u1"), user("u4")], kind="users", mode="sync", removals_most=3)
    assert [row["line"] for row in jobs.results(report.job)] == [1, 2, None, None, None]
    assert [row["line"] for row in jobs.results(report.job, after=2)] == [None] * 3
    assert list(jobs.results(report.job, after=1 << 42)) == []


# Rows further down

def test_a_row_may_name_what_stands_further_down(at, partner, jobs):
    names = [at.word("c") for _ in range(3)]
    rows = [grant("u1", names[0], "viewer"), user("u1", names[0]), tenant(names[0]), grant("u2", None, "viewer"), user("u2")]
    report = jobs.load(rows)
    report.is_clean(created=5)
    assert sorted(report.results) == [1, 2, 3, 4, 5]
    assert set(users_of(at, names[0])) == {"u1"}
    jobs.load(rows).is_clean(unchanged=5)


def test_a_grant_may_name_its_user_by_login(at, partner, jobs):
    """At their home alone, and also one who stands further down: the neighbour's user of that login is somebody else."""
    neighbour = at.word("partner")
    Jobs(at.admin, at.provider).load([tenant(neighbour, "partner"), user("n", neighbour, "ada")]).is_clean(created=2)
    named = {"kind": "grant", "user_login": "ada", "role": "viewer", "scope": "self"}
    jobs.load([named, user("u1", login="ada")]).is_clean(created=2)
    jobs.load([grant("u1", None, scope="self"), named]).is_clean(unchanged=2)
    assert jobs.load([named | {"user_login": "nobody"}]).refused == {1: ("not_found", "user_login")}
    assert jobs.load([named | {"user_external_id": "u1"}]).refused == {1: ("malformed", "user_login")}
    assert list(at.admin.pages(f"/v1/tenants/{id_of(at, neighbour)}/grants")) == []
    jobs.load(b"user_login,role,scope\nADA,viewer,self\n", kind="grants", format="csv", mode="delete").is_clean(removed=1)


def test_tenants_stand_below_partners_further_down(at):
    names = [at.word("p") for _ in range(6)]
    rows = [tenant(name, "partner", above) for name, above in zip(names, names[1:] + [None])] + [user("u", names[0])]
    everywhere = Jobs(at.admin, at.admin.get("/v1/me").json()["tenant_id"])
    everywhere.load(rows).is_clean(created=7)
    assert [at.find(name)[0]["parent_id"] for name in names[:5]] == [id_of(at, name) for name in names[1:]]


def test_what_never_comes_is_refused_in_the_order_of_lines(at, partner, jobs):
    rows = [user("u1", "never"), user("u2"), grant("u3", None), grant("u2", None), user("u3", "never"), tenant("t", above="never")]
    report = jobs.load(rows)
    gone = ("not_found", "tenant_external_id")
    assert (report.counts, report.refused) == ({"created": 2, "refused": 4}, {
        1: gone, 3: ("not_found", "user_external_id"), 5: gone, 6: gone})
    assert [row["line"] for row in jobs.results(report.job, outcome="refused")] == [1, 3, 5, 6]
    assert at.rows("SELECT count(*) FROM import_waiting") == [(0,)]


def test_a_job_of_one_kind_waits_for_nothing(at, partner, jobs):
    name = at.word("c")
    report = jobs.load([tenant("below", above=name), tenant(name)], kind="tenants")
    assert (report.counts, report.refused) == ({"created": 1, "refused": 1}, {1: ("not_found", "tenant_external_id")})


def test_many_rows_wait_across_parts(at, partner, jobs):
    home = at.word("c")
    rows = [user(f"u{n:05}", home, display_name="x" * 100) for n in range(3000)] + [tenant(home)]
    report = jobs.load(rows)
    report.is_clean(created=3001)
    assert sorted(report.results) == list(range(1, 3002)) and len(users_of(at, home)) == 3000


def test_a_csv_waits_too(at, partner, jobs):
    home = at.word("c")
    content = f"kind,external_id,tenant_external_id,login,tenant_kind,name\nuser,u1,{home},ada,,\ntenant,{home},,,customer,A\n"
    jobs.load(content.encode(), format="csv").is_clean(created=2)


def test_what_waited_is_named_for_a_sync(at, partner, jobs):
    home = at.word("c")
    rows = [user("u1", home), tenant(home), user("u2")]
    jobs.load(rows).is_clean(created=3)
    jobs.load([user("u1", home), tenant(home)], mode="sync", removals_most=1).is_clean(unchanged=2, removed=1)
    assert [users_of(at, place)[name]["state"] for place, name in ((home, "u1"), (partner, "u2"))] == ["invited", "terminated"]
