"""`bailiwick import`: what a file says is so afterwards, once, and no further than whoever loads it reaches."""
import base64
import ctypes
import hashlib
import json
import re
import signal
import subprocess
import time

import pytest

from support import loaded
from support.client import code
from support.estate import PASSWORD
from support.importing import SECONDS, begin, command, ended, grant, installed, lines, load, tenant, user
from support.server import Server
from support.source import ROOT

RANDOM = "no-such-tenant"
OF_NO_JOB = "object_kind IS DISTINCT FROM 'import'"
RIGHTS = ["tenant", "principal", '"grant"', "role"]


@pytest.fixture(scope="module", name="at")
def installation():
    with installed() as made:
        yield made


@pytest.fixture(name="partner")
def a_partner(at):
    """The external_id of a new partner with nothing in it."""
    name = at.word("partner")
    load(at.server, [tenant(name, "partner")]).is_clean(created=1)
    return name


def users_of(at, external_id):
    """external_id -> user, as the API shows them."""
    home = at.find(external_id)[0]["id"]
    return {found["external_id"]: found for found in at.admin.pages(f"/v1/tenants/{home}/users")}


# The same file twice

def test_the_demo_estate_is_loaded_once(at):
    estate = subprocess.run([ROOT / "server/demo/estate"], capture_output=True, check=True).stdout
    rows = [json.loads(line) for line in estate.splitlines()]
    load(at.server, estate).is_clean(created=len(rows))
    before = at.digest(RIGHTS), at.digest(["audit_event"], OF_NO_JOB)
    load(at.server, estate).is_clean(unchanged=len(rows))
    assert (at.digest(RIGHTS), at.digest(["audit_event"], OF_NO_JOB)) == before

    kinds = [row.get("tenant_kind", row["kind"]) for row in rows]
    assert kinds.count("partner") >= 12 and kinds.count("customer") == 150 and kinds.count("user") == 3000
    assert len({row["tenant_external_id"] for row in rows
                if row.get("tenant_kind") == "partner" and "tenant_external_id" in row}) == 3
    for row in rows[::100]:
        if row["kind"] == "user" and row["tenant_external_id"]:
            found = users_of(at, row["tenant_external_id"])[row["external_id"]]
            assert {name: found[name] for name in ("login", "display_name", "email", "dialling_addresses")} == \
                   {name: row[name] for name in ("login", "display_name", "email", "dialling_addresses")}


def test_a_clients_second_run_writes_nothing_but_its_coming_and_going(at, partner):
    rows = [tenant(at.word("c"), above=partner), user("u1", partner), grant("u1", partner, "viewer")]
    machine = at.machine(partner)
    load(at.server, rows, machine).is_clean(created=3)
    others = f"action NOT IN ('issueClientToken', 'logout') AND {OF_NO_JOB}"
    before = at.digest(RIGHTS), at.digest(["audit_event"], others)
    load(at.server, rows, machine).is_clean(unchanged=3)
    assert (at.digest(RIGHTS), at.digest(["audit_event"], others)) == before


# What changes

def test_only_what_the_row_says_changes(at, partner):
    ada = user("u1", partner, "ada", email="ada@a.example", display_name="Ada", dialling_addresses=["sip:1@a"])
    load(at.server, [ada, user("u2", partner)]).is_clean(created=2)
    before = users_of(at, partner)
    load(at.server, [user("u1", partner, "ada", email=None, dialling_addresses=["sip:1@a", "sip:2@a"]),
                     user("u2", partner)]).is_clean(updated=1, unchanged=1)
    after = users_of(at, partner)
    assert after["u2"] == before["u2"]
    assert after["u1"] == before["u1"] | {"email": None, "dialling_addresses": ["sip:1@a", "sip:2@a"],
                                          "updated_at": after["u1"]["updated_at"]}
    home = at.find(partner)[0]["id"]
    event = next(e for e in at.admin.pages(f"/v1/tenants/{home}/audit", action="importUser") if e["before"])
    assert event["actor"]["kind"] == "operator" and event["object_id"] == after["u1"]["id"]
    assert event["before"] == {"email": "ada@a.example", "dialling_addresses": ["sip:1@a"]}
    assert event["after"] == {"email": None, "dialling_addresses": ["sip:1@a", "sip:2@a"]}


def test_a_tenant_gets_another_name_and_no_other_kind(at, partner):
    name = at.word("c")
    load(at.server, [tenant(name, above=partner)]).is_clean(created=1)
    before = at.find(name)
    load(at.server, [tenant(name, above=partner, name="新しい名前")]).is_clean(updated=1)
    after = at.find(name)
    assert [(found["id"], found["name"]) for found in after] == [(before[0]["id"], "新しい名前")]
    report = load(at.server, [tenant(name, "partner", above=partner)])
    assert report.refused == {1: "conflict: tenant_kind"}


def test_a_grant_with_other_dates_takes_the_place_of_the_one_before(at, partner):
    load(at.server, [user("u1", partner), grant("u1", partner, expires_at="2099-01-01T00:00:00Z", reason="a year", ticket="CHG-1")])
    again = grant("u1", partner, expires_at="2098-01-01T00:00:00Z")
    load(at.server, [again]).is_clean(updated=1)
    load(at.server, [again]).is_clean(unchanged=1)
    load(at.server, [grant("u1", partner)]).is_clean(unchanged=1)
    home = at.find(partner)[0]["id"]
    held = list(at.admin.pages(f"/v1/tenants/{home}/grants"))
    assert [(g["expires_at"], g["reason"], g["ticket"]) for g in held] == [("2098-01-01T00:00:00.000000Z", "a year", "CHG-1")]
    load(at.server, [grant("u1", partner, ticket="CHG-2")]).is_clean(updated=1)
    load(at.server, [grant("u1", partner, expires_at=None, reason=None, ticket=None)]).is_clean(updated=1)
    held = list(at.admin.pages(f"/v1/tenants/{home}/grants"))
    assert [(g["expires_at"], g["reason"], g["ticket"]) for g in held] == [(None, None, None)]


def test_the_same_role_with_another_scope_is_another_grant(at, partner):
    load(at.server, [user("u1", partner), grant("u1", partner), grant("u1", partner, scope="self")]).is_clean(created=3)


def test_an_operator_writes_nothing_where_a_tenant_is_over(at, partner):
    load(at.server, [user("u1", partner)]).is_clean(created=1)
    at.admin.post(f"/v1/tenants/{at.find(partner)[0]['id']}/terminate")
    rows = [user("u1", partner, display_name="Another"), user("u2", partner), tenant(f"{partner}-c", above=partner)]
    report = load(at.server, rows)
    assert {line: why.split(":")[0] for line, why in report.refused.items()} == dict.fromkeys((1, 2, 3), "wrong_state")
    assert [found["display_name"] for found in users_of(at, partner).values()] == ["u1"]


def test_siblings_share_no_external_id_and_cousins_may(at, partner):
    other = at.word("partner")
    branches = [tenant("branch", above=partner), tenant("branch", above=other)]
    load(at.server, [tenant(other, "partner"), *branches]).is_clean(created=3)
    assert load(at.server, [user("u1", "branch")]).refused == {1: "conflict: tenant_external_id"}
    # Who reads only one of them means that one.
    load(at.server, [user("u1", "branch")], at.machine(partner)).is_clean(created=1)
    parents = {found["parent_id"] for found in at.find("branch")}
    assert parents == {at.find(name)[0]["id"] for name in (partner, other)}


# What is refused

def test_each_refused_line_is_named_and_the_rest_goes_on(at, partner):
    cases = [
        (tenant("a", above=RANDOM), "not_found: tenant_external_id"),
        ({"kind": "tenant", "external_id": "a", "tenant_kind": "customer"}, "malformed: name"),
        (tenant("a", "provider"), "malformed: tenant_kind"),
        (user("u1", RANDOM), "not_found: tenant_external_id"),
        (user("u1", partner, "a b"), "malformed: login"),
        (user("u1", partner, dialling_addresses="sip:1"),
         "malformed: dialling_addresses"),
        (user("good", partner, "taken"), None),
        (user("u1", partner, "TAKEN"), "already_exists"),
        (grant(RANDOM, partner), "not_found: user_external_id"),
        (grant("good", partner, "no_such_role"), "not_found: role"),
        (grant("good", partner, "provider_admin"), "kind_ceiling"),
        (grant("good", partner, expires_at="2020-01-01T00:00:00Z"), "malformed: expires_at"),
        (grant("good", partner, expires_at="tomorrow"),
         "malformed: expires_at"),
        (grant("good", partner, password="x"), "malformed: password"),
        ({"kind": "planet", "external_id": "a"}, "malformed: kind"),
        ("{", "malformed"),
        ('{"kind": "user", "external_id": "\x1b[2J"}', "malformed"),
        ('{"kind": "user", "external_id": "\\u001b[2J", "login": "x"}',
         "malformed: external_id"),
        ("[1]", "malformed"),
        ("x" * ((1 << 20) + 1), "too_large"),
        ("," * 70000, "too_large"),
        (grant("good", partner), None),
    ]
    report = load(at.server, [row for row, _ in cases])
    assert report.status == 2
    expected = {n: why for n, (_, why) in enumerate(cases, 1) if why}
    assert report.refused == expected
    assert (report.counts["created"], report.counts["refused"]) == (2, len(expected))
    assert not report.errors


def test_a_user_outside_their_home_gets_no_grant(at, partner):
    other = at.word("partner")
    load(at.server, [tenant(other, "partner"), user("u1", partner)]).is_clean(created=2)
    report = load(at.server, [grant("u1", other, user_tenant_external_id=partner)])
    assert report.refused == {1: "outside_home"}


@pytest.mark.parametrize("content, count", [
    (b"", 0),
    (b"\n \r\n\t\n", 0),
    (b"\xef\xbb\xbf%s", 1),
    (b"%s\r\n", 1),
    (b"\n\n%s", 1),
], ids=["empty", "blank lines", "byte order mark", "carriage return", "no line's end"])
def test_how_lines_end_is_of_no_matter(at, content, count):
    row = lines([tenant(at.word("c"))]).strip()
    report = load(at.server, content.replace(b"%s", row))
    report.is_clean(created=count)
    assert report.counts["lines"] == count


# Who loads it

def test_partners_admins_are_shown_exactly_their_own(at):
    rows = loaded.partners(6) + loaded.customers(6, 24, 114)
    load(at.server, rows).is_clean(created=len(rows))
    load(at.server, rows).is_clean(unchanged=len(rows))
    for n in (0, 1, 5):
        assert loaded.listed(loaded.admin(at.server, at.document, n)) == loaded.below(rows, f"p{n}")


@pytest.fixture(name="world", scope="module")
def two_partners(at):
    """left and right with a customer and a user each; a client of left's."""
    left, right = at.word("left"), at.word("right")
    for side in (left, right):
        rows = [tenant(side, "partner"), tenant(f"{side}-c", above=side), user("u1", side), user("u2", f"{side}-c")]
        load(at.server, [*rows, grant("u1", side, "helpdesk")]).is_clean(created=5)
    return left, right, at.machine(left)


def everything_named(name):
    """Every way in which a line can name a tenant."""
    return [
        tenant("new", above=name),
        tenant(f"{name}-c", above=name, name="changed"),
        user("new", name),
        user("u1", name, "changed"),
        user("u2", f"{name}-c", "changed"),
        grant("u1", name),
        grant("u1", name, "helpdesk", reason="changed"),
    ]


def test_what_is_foreign_is_refused_as_if_it_were_not_there(at, world):
    left, right, machine = world
    before = at.digest(RIGHTS)
    foreign = load(at.server, everything_named(right), machine)
    unknown = load(at.server, everything_named(RANDOM), machine)
    assert foreign.status == unknown.status == 2
    assert foreign.refused == unknown.refused
    assert foreign.counts == unknown.counts and foreign.counts["refused"] == len(everything_named(right))
    assert set(foreign.refused.values()) == {"not_found: tenant_external_id"}
    assert at.digest(RIGHTS) == before
    # What comes from above is as far away as what stands beside: its own line, and the provider's other partners.
    above = load(at.server, [user("new", "provider"), grant("u1", left, user_tenant_external_id=right)], machine)
    assert above.refused == {1: "not_found: tenant_external_id",
                             2: "not_found: user_tenant_external_id"}
    assert at.digest(RIGHTS) == before


def test_foreign_lines_change_nothing_while_own_ones_are_applied(at, world):
    left, right, machine = world
    path = at.rows("SELECT path FROM tenant WHERE external_id = %s", left)[0][0]
    def beyond():
        return (at.digest(["principal", '"grant"'], f"NOT starts_with(tenant_path || '/', '{path}/')"),
                at.digest(["tenant"], f"NOT starts_with(path || '/', '{path}/')"))
    before = beyond()
    rows = [tenant("mine", above=left), *everything_named(right), user("mine", "mine"), tenant("home")]
    report = load(at.server, rows, machine)
    assert report.counts["created"] == 3 and report.counts["refused"] == len(everything_named(right))
    assert beyond() == before
    # Who names no tenant means their own home.
    assert at.find("home")[0]["parent_id"] == at.find(left)[0]["id"]


def test_a_client_may_what_its_roles_let_it_do(at, world):
    left, _, machine = world
    report = load(at.server, [tenant("sub", "partner", above=left), user("boss", left), grant("boss", left, "viewer")], machine)
    # No grant below the provider makes partners.
    assert report.refused == {1: "forbidden"} and report.counts["created"] == 2
    load(at.server, [grant("boss", left, "partner_admin")]).is_clean(created=1)
    provisioner = at.machine(left, "provisioner")
    rows = [user("p1", left), grant("p1", left), user("boss", left, "changed"), user("p1", left, "p1b")]
    report = load(at.server, rows, provisioner)
    assert report.refused == {2: "forbidden", 3: "privileged"}
    assert (report.counts["created"], report.counts["updated"]) == (1, 1)
    rows = [user("p2", left), tenant("x", above=left), user("p1", left, "p1b")]
    # Who may not load at home has no job.
    for role, why in (("viewer", "forbidden"), (None, "not_found")):
        report = load(at.server, rows, at.machine(left, role))
        assert (report.status, report.output) == (3, "") and f"not started: {why}" in report.errors


def test_a_self_grant_makes_nothing_below_its_tenant(at, world):
    left, _, _ = world
    rows = [tenant("new", above=left), tenant(f"{left}-c", above=left), user("self", left), user("self", f"{left}-c")]
    report = load(at.server, rows, at.machine(left, scope="self"))
    assert report.refused == {1: "forbidden", 2: "forbidden",
                              4: "not_found: tenant_external_id"}


def test_nobody_gives_more_than_they_hold(at, world):
    left, _, _ = world
    report = load(at.server, [grant("u1", left, "partner_admin"), grant("u1", left, "auditor")], at.machine(left))
    assert report.refused == {1: "ceiling"} and report.counts["created"] == 1


def test_the_audit_says_who_and_what_was_refused(at, world):
    left, right, machine = world
    name = at.word("audited")
    load(at.server, [tenant(name, above=left), user("a1", right), user("a2", right)], machine)
    made = at.find(name)[0]["id"]
    event = next(at.admin.pages(f"/v1/tenants/{made}/audit"))
    actor = {"kind": "client", "id": machine[0], "tenant_id": at.find(left)[0]["id"]}
    assert (event["action"], event["actor"]) == ("importTenant", actor)
    home = at.find(left)[0]["id"]
    events = list(at.admin.pages(f"/v1/tenants/{home}/audit", action="importUser", outcome="refused"))
    mine = [e for e in events if e["request_id"] == event["request_id"]]
    assert [(e["reason"], e["actor"], e["count"]) for e in mine] == [("not_found", actor, 2)]
    assert at.rows("SELECT count(*) FROM audit_event WHERE outcome = 'refused' AND tenant_id = %s",
                   at.find(right)[0]["id"]) == [(0,)]


def test_a_wrong_secret_loads_nothing(at, world):
    left, _, (identity, secret) = world
    other = at.machine(left)[0]
    before = at.digest(RIGHTS)
    for client in ((identity, secret[:-4] + "aaaa"), ("nonsense", secret), (other, secret)):
        report = load(at.server, [tenant("x")], client)
        assert report.status == 3 and not report.output and "login_failed" in report.errors
    assert at.digest(RIGHTS) == before


def test_a_secret_comes_from_a_file(at, world, tmp_path):
    left, _, (identity, secret) = world
    file = tmp_path / "secret"
    file.write_text(secret + "\n")
    file.chmod(0o600)
    settings = {"client_id": identity, "client_secret_file": file}
    load(at.server, [tenant(at.word("c"), above=left)], settings=settings).is_clean(created=1)
    both = load(at.server, [], settings=settings | {"client_secret": secret})
    assert both.status == 3 and "given twice" in both.errors
    half = load(at.server, [], settings={"client_id": identity})
    assert half.status == 3 and "BAILIWICK_CLIENT_SECRET" in half.errors


def test_a_file_that_is_not_there_is_named(at):
    report = ended(begin(at.server, "/no/such/file"))
    assert report.status == 3 and "/no/such/file: cannot be read" in report.errors


# What disturbs it

def many(at, partner, count=600):
    customers = [tenant(at.word("c"), above=partner) for _ in range(20)]
    names = [row["external_id"] for row in customers]
    return customers + [user(f"u{n}", names[n % 20]) for n in range(count)]


def standing(at, partner):
    """How many tenants and users stand below the partner, and audit events of an import."""
    path = at.rows("SELECT path FROM tenant WHERE external_id = %s", partner)[0][0] + "/"
    columns = {"tenant": "path", "principal": "tenant_path", "audit_event": "tenant_path"}
    return tuple(at.rows(f"SELECT count(*) FROM {table} WHERE starts_with({column}, %s)", path)[0][0]
                 for table, column in columns.items())


def wait_for(seen):
    deadline = time.monotonic() + 60
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def newest_job(at):
    return at.admin.get(f"/v1/tenants/{at.admin.get('/v1/me').json()['tenant_id']}/imports?limit=1").json()["items"][0]


def written(tmp_path, rows):
    file = tmp_path / "rows"
    file.write_bytes(lines(rows))
    return file


def test_an_import_is_a_job_of_the_operators(at, partner):
    load(at.server, [user("u1", partner), user("u2", RANDOM)])
    job = newest_job(at)
    assert (job["kind"], job["submitter_id"], job["state"]) == ("mixed", None, "done")
    assert {name: count for name, count in job["counts"].items() if count} == {"created": 1, "refused": 1}
    home = job["tenant_id"]
    told = [json.loads(line) for line in at.admin.get(f"/v1/tenants/{home}/imports/{job['id']}/results").text.splitlines()]
    assert [(row["line"], row["outcome"], row["field"]) for row in told] == [(1, "created", None), (2, "refused", "tenant_external_id")]
    events = list(at.admin.pages(f"/v1/tenants/{home}/audit", object_id=job["id"]))
    assert {event["action"] for event in events} == {"createImport", "fillImport", "startImport", "endImport"}
    assert {event["actor"]["kind"] for event in events} == {"operator"}


def test_rows_may_name_what_stands_further_down(at, partner):
    below = at.word("c")
    load(at.server, [user("u1", below), tenant(below, above=partner)]).is_clean(created=2)


def test_a_service_goes_on_where_an_import_was_killed(at, partner, tmp_path):
    rows = many(at, partner, 6000)
    process = begin(at.server, written(tmp_path, rows))
    wait_for(lambda: standing(at, partner)[0])
    process.kill()
    process.communicate()
    wait_for(lambda: newest_job(at)["state"] == "done")
    assert standing(at, partner) == (20, 6000, 6020)
    load(at.server, rows).is_clean(unchanged=len(rows))


def test_a_stopped_import_goes_no_further(at, partner, tmp_path):
    process = begin(at.server, written(tmp_path, many(at, partner, 20000)))
    wait_for(lambda: standing(at, partner)[1] >= 50)
    process.send_signal(signal.SIGTERM)
    report = ended(process)
    assert report.status == 3 and f"broken off at line {report.counts['lines']}: stopped" in report.errors
    assert newest_job(at)["state"] == "cancelled"
    assert sum(standing(at, partner)[:2]) == report.counts["created"] < 20020


def test_one_that_is_stopped_before_its_start_is_cancelled(at, partner):
    """Its file has no end until it is closed; what was sent is not applied."""
    opened = "SELECT id FROM import_job WHERE state = 'open'"
    before, deadline = set(at.rows(opened)), time.monotonic() + SECONDS
    process = subprocess.Popen(**command(at.server, "import", "-"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    process.stdin.write(lines([user("u1", partner)]))
    while not (job := set(at.rows(opened)) - before):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    report = ended(process)
    assert (report.status, report.output) == (3, "") and "not started: stopped" in report.errors
    assert at.rows("SELECT state FROM import_job WHERE id = %s", *job.pop()) == [("cancelled",)]
    assert users_of(at, partner) == {}


def test_two_imports_of_one_file_at_once_make_each_thing_once(at, partner, tmp_path):
    rows = many(at, partner)
    file = written(tmp_path, rows)
    reports = [ended(process) for process in [begin(at.server, file) for _ in range(2)]]
    assert [report.refused for report in reports] == [{}, {}]
    assert sum(report.counts["created"] for report in reports) == len(rows)
    assert sum(report.counts["unchanged"] for report in reports) == len(rows)
    assert standing(at, partner) == (20, 600, 620)


def test_a_suspended_client_is_stopped(at, partner, tmp_path):
    machine = at.machine(partner)
    rows = many(at, partner, 20000)
    process = begin(at.server, written(tmp_path, rows), machine)
    wait_for(lambda: standing(at, partner)[1] >= 50)
    at.admin.patch(f"/v1/clients/{machine[0]}", {"state": "suspended"})
    report = ended(process)
    assert report.status == 3 and "unauthenticated" in report.errors
    assert report.counts["created"] < len(rows)


# Without a service

def test_the_command_starts_the_private_database_where_nothing_runs():
    nothing = Server()
    rows = [tenant("p1", "partner"), user("u1", "p1")]
    try:
        load(nothing, rows).is_clean(created=2)
        load(nothing, rows).is_clean(unchanged=2)
        assert nothing.postmaster() is None
    finally:
        nothing.close()


def test_a_word_too_many_is_refused(at):
    for words in (["import"], ["import", "a", "b"]):
        done = subprocess.run(**command(at.server, *words), capture_output=True, text=True, check=False)
        assert done.returncode == 3 and "usage: bailiwick import FILE" in done.stderr


def test_its_password_is_nobodys(at, partner):
    """An imported user has no password until invited."""
    load(at.server, [user("u1", partner, "ada")]).is_clean(created=1)
    body = {"login": "ada", "password": PASSWORD, "tenant": at.find(partner)[0]["code"]}
    at.admin.other().problem("POST", "/v1/login", 401, "login_failed", json=body)


# Passwords that were hashed elsewhere

def bcrypted(password, setting="$2b$04$abcdefghijklmnopqrstuu"):
    """By crypt(3), which is what the systems that they come from use."""
    library = ctypes.CDLL("libcrypt.so.1")
    library.crypt.restype = ctypes.c_char_p
    return library.crypt(password.encode(), setting.encode()).decode()


def django(password, rounds=1000):
    tag = hashlib.pbkdf2_hmac("sha256", password.encode(), b"saltOfDjango", rounds)
    return f"pbkdf2_sha256${rounds}$saltOfDjango${base64.b64encode(tag).decode()}"


def phc(password, rounds=1000):
    """The string form of the Password Hashing Competition: parameters by name, base64 without padding."""
    salt, tag = b"salt of PHC", hashlib.pbkdf2_hmac("sha256", password.encode(), b"salt of PHC", rounds)
    salt, tag = (base64.b64encode(part).decode().rstrip("=") for part in (salt, tag))
    return f"$pbkdf2-sha256$i={rounds}${salt}${tag}"


def stored(at, login):
    return at.rows("SELECT c.password_hash FROM vault.credential c JOIN principal p ON p.id = c.principal_id WHERE p.login = %s",
                   login)[0][0]


@pytest.mark.parametrize("made", [bcrypted, django, phc])
def test_a_password_hashed_elsewhere_works_and_is_ours_after_the_first_login(at, partner, made):
    login, password = at.word("ada"), "a password from elsewhere"
    rows = [user("u1", partner, login, password_hash=made(password))]
    load(at.server, rows).is_clean(created=1)
    load(at.server, rows).is_clean(unchanged=1)
    assert stored(at, login) == "foreign:" + made(password)
    code = at.find(partner)[0]["code"]
    wrong = {"login": login, "password": password + "x", "tenant": code}
    at.admin.other().problem("POST", "/v1/login", 401, "login_failed", json=wrong)
    assert stored(at, login).startswith("foreign:")
    for _ in range(2):
        at.signed_in(login, code, password)
        assert stored(at, login).startswith("$argon2id$v=19$")
    at.admin.other().problem("POST", "/v1/login", 401, "login_failed", json=wrong)


def test_who_was_invited_gets_it_later_and_who_has_a_password_keeps_it(at, partner):
    login = at.word("ada")
    load(at.server, [user("u1", partner, login)]).is_clean(created=1)
    token = at.admin.post(f"/v1/users/{users_of(at, partner)['u1']['id']}/invite", status=201).json()["token"]
    load(at.server, [user("u1", partner, login, password_hash=bcrypted("the first of the two"))]).is_clean(updated=1)
    # B9: what they were invited with is dead since.
    at.admin.other().problem("POST", "/v1/invitations/accept", 422, "token_spent",
                             json={"token": token, "password": "an entirely different one"})
    load(at.server, [user("u1", partner, login, password_hash=bcrypted("the second of the two"))]).is_clean(unchanged=1)
    at.signed_in(login, at.find(partner)[0]["code"], "the first of the two")


@pytest.mark.parametrize("hash, why", [("d41d8cd98f00b204e9800998ecf8427e", "hash_malformed"), ("$2b$12$short", "hash_malformed"),
                                       ("$2b$13$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuabcdefghij", "hash_costly"),
                                       ("pbkdf2_sha256$90000000$salt$AAAAAAAAAAAAAAAAAAAAAAAA", "hash_costly")])
def test_a_hash_that_is_none_or_costs_too_much_is_refused_by_line(at, partner, hash, why):
    done = load(at.server, [user("u1", partner, at.word("ada")), user("u2", partner, at.word("bob"), password_hash=hash)])
    assert done.refused == {2: f"{why}"} and done.counts["created"] == 1
    assert hash not in done.output + done.errors
    assert set(users_of(at, partner)) == {"u1"}


def test_nothing_of_the_hash_is_shown_or_recorded(at, partner):
    made = bcrypted("a password from elsewhere")
    load(at.server, [user("u1", partner, at.word("ada"), password_hash=made)]).is_clean(created=1)
    assert "hash" not in str(users_of(at, partner)) and made[7:] not in str(users_of(at, partner))
    home = at.find(partner)[0]["id"]
    assert made[7:] not in str(list(at.admin.pages(f"/v1/tenants/{home}/audit")))
    assert made[7:] not in at.server.logged()


def test_a_machine_that_may_not_invite_gives_nobody_a_way_in(at, partner):
    """By the right to invite at the user's home, whatever else it may do there."""
    with_invite = at.machine(partner, "provisioner")
    load(at.server, [user("u1", None, at.word("ada"), password_hash=bcrypted("a password from elsewhere"))],
         client=with_invite).is_clean(created=1)
    at.rows("UPDATE role SET permissions = array_remove(permissions, 'user:invite') WHERE name = 'provisioner' RETURNING id")
    time.sleep(0.5)
    done = load(at.server, [user("u2", None, at.word("bob"), password_hash=bcrypted("a password from elsewhere")),
                            user("u3", None, at.word("eve"))], client=with_invite)
    at.rows("UPDATE role SET permissions = permissions || '{user:invite}' WHERE name = 'provisioner' RETURNING id")
    assert done.refused == {1: "forbidden: password_hash"} and done.counts["created"] == 1


# Another password before anything else

NEW = "chosen by its own user"


def logged_in(at, body, status=200):
    return at.admin.other().post("/v1/login", body, status).json()


def chosen(at, reply, password, status=200):
    body = {"pending_token": reply["pending_token"], "new_password": password}
    return at.admin.other().post("/v1/login/password", body, status).json()


def loaded_user(at, partner, **settings):
    """Somebody with a password from elsewhere, at home where that policy holds: (body of the login, home's id)."""
    home, login = at.find(partner)[0], at.word("ada")
    load(at.server, [user("u1", partner, login, password_hash=bcrypted("a password from elsewhere"))]).is_clean(created=1)
    at.admin.patch(f"/v1/tenants/{home['id']}/security-policy", settings)
    return {"login": login, "password": "a password from elsewhere", "tenant": home["code"]}, home["id"]


def test_who_did_not_choose_their_password_chooses_one_at_the_first_login(at, partner):
    body, _ = loaded_user(at, partner, password_change_first=True, password_words=["a word of the policy"])
    reply = logged_in(at, body)
    assert (reply["pending"], reply["factors"]) == ("password_change", [])
    assert chosen(at, reply, "short", 422)["code"] == "password_too_short"
    assert chosen(at, reply, "A word of the policy", 422)["code"] == "password_context"
    assert chosen(at, reply, body["password"], 422)["code"] == "password_reused"
    session = chosen(at, reply, NEW)
    at.admin.other(session["access_token"]).get("/v1/me")
    # One-time, and no other step's.
    assert chosen(at, reply, "and yet another one", 401)["code"] == "login_failed"
    at.admin.other().post("/v1/login", body, 401)
    assert "session_id" in logged_in(at, body | {"password": NEW})


def test_who_gets_a_privileged_role_keeps_no_password_that_the_importer_knows(at, partner):
    body, home = loaded_user(at, partner)
    assert "session_id" in logged_in(at, body)
    give = {"principal_id": users_of(at, partner)["u1"]["id"], "role": "partner_admin", "scope": "subtree"}
    at.admin.post(f"/v1/tenants/{home}/grants", give, 201)
    reply = logged_in(at, body)
    assert reply["pending"] == "password_change"
    assert chosen(at, reply, body["password"], 422)["code"] == "password_reused"
    assert "session_id" in chosen(at, reply, NEW)
    at.admin.other().post("/v1/login", body, 401)
    assert "session_id" in logged_in(at, body | {"password": NEW})


def test_a_password_too_old_is_changed_at_login(at, partner):
    body, _ = loaded_user(at, partner, password_age=86400)
    assert "session_id" in logged_in(at, body)
    at.rows("UPDATE vault.credential SET changed_at = now() - interval '2 days' WHERE principal_id ="
            " (SELECT id FROM principal WHERE login = %s) RETURNING 1", body["login"])
    reply = logged_in(at, body)
    assert reply["pending"] == "password_change"
    assert "session_id" in chosen(at, reply, NEW)
    assert "session_id" in logged_in(at, body | {"password": NEW})


def test_the_token_of_one_step_does_nothing_in_another(at, partner):
    body, _ = loaded_user(at, partner, password_change_first=True)
    token = logged_in(at, body)["pending_token"]
    for path, more in (("/v1/login/totp", {"code": "123456"}), ("/v1/login/enroll", {}), ("/v1/login/recovery", {"code": "AAAA"})):
        at.admin.other().problem("POST", path, 401, "login_failed", json={"pending_token": token, **more})
    at.admin.other(token).get("/v1/me", 401)


def test_where_everyone_needs_a_factor_it_comes_after_the_new_password(at, partner):
    body, _ = loaded_user(at, partner, password_change_first=True, second_factor="everyone")
    reply = chosen(at, logged_in(at, body), NEW)
    assert reply["pending"] == "enroll"
    enrolment = at.admin.other().post("/v1/login/enroll", {"pending_token": reply["pending_token"]}).json()
    assert enrolment["secret"]


def test_a_second_factor_is_proved_before_another_password_is_chosen(at, partner):
    body, home = loaded_user(at, partner)
    caller = at.admin.other(logged_in(at, body)["access_token"])
    enrolled = caller.post("/v1/me/totp", {"password": body["password"]}).json()
    caller.post("/v1/me/totp/confirm", {"code": code(enrolled["secret"], -1)}, None)
    at.admin.patch(f"/v1/tenants/{home}/security-policy", {"password_change_first": True})
    first = logged_in(at, body)
    assert first["pending"] == "totp"
    chosen(at, first, NEW, 401)
    then = at.admin.other().post("/v1/login/totp", {"pending_token": first["pending_token"], "code": code(enrolled["secret"])}).json()
    assert then["pending"] == "password_change"
    session = chosen(at, then, NEW)
    assert at.admin.other(session["access_token"]).get("/v1/me").json()["two_factors"] is True
