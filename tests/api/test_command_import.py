"""`bailiwick import` and `bailiwick export` over the API: what a file says is so afterwards, and comes back out as it went in."""
import json
import os
import pty
import re
import subprocess
import time

import pytest

from support.command import Shell
from support.estate import unique
from support.importing import grant, lines, tenant, user

COUNTS = re.compile(r"(\d+) created, (\d+) updated, (\d+) unchanged, (\d+) removed, (\d+) refused$", re.M)


@pytest.fixture(scope="module", name="shell")
def home_of_the_administrator(server, estate):
    made = Shell(server)
    made.log_in(estate.admin)
    yield made
    made.close()


@pytest.fixture(name="partner")
def a_partner(estate):
    return estate.new_tenant("partner", parent=estate.id("provider"), external_id=unique("p"))


def counts(said):
    return [int(number) for number in COUNTS.search(said.errors).groups()]


def load(shell, rows, *words, status=0):
    return shell("import", "-", *words, text=lines(rows).decode(), status=status)


def estate_of(partner):
    above, below = partner["external_id"], unique("c")
    return [tenant(below, "customer", above, "Under"), user(f"{below}-u", below, "uma", display_name="Uma"),
            grant(f"{below}-u", below, "viewer", user_tenant_external_id=below)]


def test_a_file_is_loaded_once(shell, partner):
    rows = estate_of(partner)
    assert counts(load(shell, rows)) == [3, 0, 0, 0, 0]
    assert counts(load(shell, rows)) == [0, 0, 3, 0, 0]
    assert shell.json("user", "show", f"{rows[0]['external_id']}/uma")[0]["display_name"] == "Uma"


def test_rows_that_are_refused_are_printed(shell, partner):
    rows = estate_of(partner) + [user("x", unique("nowhere")), "{"]
    said = load(shell, rows, status=2)
    assert counts(said) == [3, 0, 0, 0, 2]
    first, second = said.output.splitlines()
    assert first.startswith("line 4: not_found") and second.startswith("line 5: malformed")
    told = load(shell, rows, "--json", status=2).objects()
    assert [(row["line"], row["outcome"]) for row in told] == [(4, "refused"), (5, "refused")]


def test_a_member_that_is_wrong_is_named_once(shell):
    assert load(shell, [{"kind": "user", "login": 7}], status=2).output == "line 1: malformed: login: Must be a string\n"


def test_a_dry_run_keeps_nothing(shell, partner):
    rows = estate_of(partner)[:1]
    load(shell, rows, "--dry-run")
    assert shell.json("tenant", "ls", "--external-id", rows[0]["external_id"]) == []


def test_it_stops_at_the_first_refusal_if_it_is_told_to(shell, partner):
    said = load(shell, ["{", *estate_of(partner)], "--on-error", "stop", status=2)
    assert counts(said)[0] == 0 and "the job was stopped" in said.errors


def test_a_job_that_may_not_be_is_refused_by_name(shell, server, estate):
    viewer = Shell(server)
    viewer.log_in(estate.person("alpha_one", "viewer"))
    assert load(viewer, [], status=1).errors.startswith("bailiwick: forbidden: ")
    viewer.close()
    assert "cannot be read" in shell("import", "/no/such/file", status=3).errors


def test_more_than_a_part_is_sent_in_order(shell, partner):
    """A part has 768 KiB: the service takes bodies of a megabyte."""
    word = unique("big")
    rows = [user(f"{word}-{i}", partner["external_id"], f"{word}-{i}", display_name="d" * 100) for i in range(20)]
    text = "".join(f"{json.dumps(row)}{' ' * 100000}\n" for row in rows)
    assert counts(shell("import", "-", text=text)) == [20, 0, 0, 0, 0]


def test_csv_is_read_where_the_name_says_so(shell, partner):
    file = shell.home / f"{unique('people')}.CSV"
    file.write_text(f"kind,external_id,tenant_external_id,login\nuser,{unique('u')},{partner['external_id']},{unique('csv')}\n")
    assert counts(shell("import", file.name)) == [1, 0, 0, 0, 0]
    assert counts(shell("import", file.name, "--format", "ndjson", status=2)) == [0, 0, 0, 0, 2]


def job_of(said):
    return re.search(r"^job (\S{36})$", said, re.M).group(1)


def broken_off(shell, estate, text):
    """The id of a job whose command was killed when the service had some of what was to be sent."""
    process = shell.begin("import", "-", stdin=subprocess.PIPE)
    process.stdin.write(text)
    process.stdin.flush()
    job = job_of(process.stderr.readline())
    path = f"/v1/tenants/{estate.id('provider')}/imports/{job}"
    while estate.admin.client.get(path).json()["bytes_received"] == 0:
        time.sleep(0.05)
    process.kill()
    process.communicate()
    return job


def test_what_was_broken_off_goes_on(shell, estate, partner):
    word = unique("resumed")
    rows = [user(f"{word}-{i}", partner["external_id"], f"{word}-{i}", display_name="d" * 100) for i in range(20)]
    text = "".join(f"{json.dumps(row)}{' ' * 100000}\n" for row in rows)
    job = broken_off(shell, estate, text[:-200000])
    assert "is shorter than what was sent of it" in shell("import", "-", "--resume", job, text=text[:1000], status=3).errors
    said = shell("import", "-", "--resume", job, text=text)
    assert counts(said) == [20, 0, 0, 0, 0] and "job " not in said.errors
    assert counts(shell("import", "-", "--resume", job)) == [20, 0, 0, 0, 0], "it has ended, which is told again"
    assert "not_found" in shell("import", "-", "--resume", partner["id"], status=1).errors
    assert "must be the id of a job" in shell("import", "-", "--resume", "x", status=3).errors


def test_progress_is_for_a_terminal_alone(shell, partner):
    rows = estate_of(partner)
    assert "\r" not in load(shell, rows).errors
    master, slave = pty.openpty()
    process = subprocess.Popen(**shell.argv("import", "-"), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=slave)
    process.communicate(lines(rows).decode(), timeout=60)
    os.close(slave)
    shown = os.read(master, 65536).decode()
    os.close(master)
    assert re.search(r"\r\x1b\[K[\d,]+ (KiB sent|rows)", shown) and shown.count("created") == 1


@pytest.fixture(scope="module", name="alone")
def at_the_machine(server):
    """By settings, at the service's own machine, as it goes where no service is named."""
    variables = {f"BAILIWICK_{name.upper()}": str(value) for name, value in server.settings.items()}
    made = Shell(server, **variables, BAILIWICK_LOG_LEVEL="warn")
    yield made
    made.close()


def test_without_a_service_it_goes_into_the_database(alone, server):
    assert "1 lines: 1 created" in load(alone, [tenant(unique("l"), "partner")], "--local").output
    del alone.variables["BAILIWICK_URL"]
    assert "1 lines: 1 created" in load(alone, [tenant(unique("l"), "partner")]).output
    alone.variables["BAILIWICK_URL"] = server.url


def told(said):
    """The rows that were refused, and the counts: over the API those stand on standard error."""
    rows = [line.split(": ")[:2] for line in said.output.splitlines() if line.startswith("line ")]
    return rows, [int(number) for number in COUNTS.search(said.errors + said.output).groups()]


@pytest.mark.parametrize("words", ["", "--dry-run", "--mode delete"])
@pytest.mark.parametrize("where", ["over the API", "at the machine"])
def test_nothing_lands_outside_the_tenant_that_is_named(shell, alone, estate, partner, where, words):
    """By whatever name a row calls it, and whatever the loader may do there themselves."""
    other = estate.new_tenant("partner", parent=estate.id("provider"), external_id=unique("o"))
    home = f"/v1/tenants/{other['id']}"
    api = estate.admin.client
    person, machine, desk = (api.post(f"{home}/{kind}", body, 201).json() for kind, body in (
        ("users", {"login": "victor"}), ("clients", {"display_name": "robot"}), ("groups", {"display_name": "desk"})))
    api.post(f"/v1/groups/{desk['id']}/members", {"principal_id": person["id"]}, 201)
    api.post(f"{home}/grants", {"principal_id": person["id"], "role": "viewer", "scope": "self"}, 201)
    paths = [home, *(f"{home}/{kind}" for kind in ("users", "clients", "groups", "grants", "roles")), f"/v1/groups/{desk['id']}/members"]
    before = [api.get(path).json() for path in paths]
    rows = [row for name in (other["external_id"], f"id:{other['id']}") for row in (
        user("x", name), {"kind": "user", "external_id": f"id:{person['id']}", "tenant_external_id": name, "display_name": "Taken"},
        tenant(unique("t"), "customer", name, "Below"),
        {"kind": "client", "external_id": f"id:{machine['client']['id']}", "tenant_external_id": name, "display_name": "Taken"},
        {"kind": "group", "external_id": f"id:{desk['id']}", "tenant_external_id": name, "display_name": "Taken"},
        {"kind": "membership", "external_id": f"id:{desk['id']}", "tenant_external_id": name, "user_login": "victor"},
        {"kind": "grant", "user_external_id": f"id:{person['id']}", "tenant_external_id": name, "user_tenant_external_id": name,
         "role": "viewer", "scope": "self"})]
    rows.append({"kind": "tenant", "external_id": f"id:{other['id']}", "tenant_kind": "partner", "name": "Taken"})
    command, more = (shell, []) if where == "over the API" else (alone, ["--local"])
    said = load(command, rows, *more, "--tenant", partner["id"], *words.split(), status=2)
    assert told(said)[1] == [0, 0, 0, 0, len(rows)], said
    assert [api.get(path).json() for path in paths] == before


@pytest.mark.parametrize("words", [
    "", "--dry-run", "--on-error stop", "--mode create", "--mode delete", "--kind users", "--format csv"])
def test_at_the_machine_a_file_does_what_it_does_over_the_api(shell, alone, estate, words):
    """Each in a tenant of its own, so that neither finds what the other made."""
    given = {"kind": "grant", "user_external_id": "u1", "role": "viewer", "scope": "self"}
    rows = [user("u1"), user("u1"), "{", user("u2", "nowhere"), given]
    results = []
    for command, where in (shell, ()), (alone, ("--local",)):
        partner = estate.new_tenant("partner", parent=estate.id("provider"))
        results.append(told(load(command, rows, "--tenant", partner["id"], *where, *words.split(), status=2)))
    assert results[0] == results[1]


def test_at_the_machine_a_sync_removes_no_more_than_it_may(alone, partner):
    rows, at = [user("one"), user("two")], ("--local", "--tenant", partner["code"])
    load(alone, rows, *at)
    del rows[1]
    words = (*at, "--kind", "users", "--mode", "sync", "--removals-most")
    assert "too_many_removals" in load(alone, rows, *words, "0", status=3).errors
    assert "1 lines: 0 created, 0 updated, 1 unchanged, 1 removed, 0 refused" in load(alone, rows, *words, "1").output


def test_at_the_machine_csv_is_read_where_the_name_says_so(alone, partner):
    file = alone.home / "people.csv"
    file.write_text("external_id,login\nu1,one\n")
    words = ("--local", "--kind", "users", "--tenant", partner["id"])
    assert "1 lines: 1 created" in alone("import", *words, file.name).output


@pytest.mark.parametrize("words, why", [
    (["--mode", "merge"], "--mode: is none"), (["--mode", "sync"], "removals_most: must be said"),
    (["--tenant", "nowhere"], "not_found"), (["--invitations", "link"], "unknown"), (["--nonsense", "1"], "unknown")])
def test_at_the_machine_wrong_words_begin_nothing(alone, words, why):
    assert why in load(alone, [], "--local", *words, status=3).errors


# Exports

def test_what_is_exported_is_what_an_import_takes(shell, partner):
    rows = estate_of(partner)
    load(shell, rows)
    written = "".join(shell("export", kind, partner["id"], "--scope", "subtree").output for kind in ("tenants", "users", "grants"))
    exported = [json.loads(line) for line in written.splitlines()]
    assert [row["kind"] for row in exported] == ["tenant", "user", "grant"]
    assert counts(shell("import", "-", "--tenant", partner["id"], text=written)) == [0, 0, 3, 0, 0]


def test_an_export_is_written_as_csv_too(shell, partner):
    load(shell, estate_of(partner))
    head, row = shell("export", "users", partner["id"], "--scope", "subtree", "--format", "csv").output.splitlines()
    assert "external_id" in head.split(",") and "uma" in row.split(",")


def test_an_export_that_may_not_be_is_refused_by_name(shell, server, estate):
    viewer = Shell(server)
    viewer.log_in(estate.person("alpha_one"))
    said = viewer("export", "users", status=1)
    assert said.output == "" and re.match(r"bailiwick: (forbidden|not_found): ", said.errors)
    viewer.close()
