"""Exports: what an import takes, whole or visibly not, and nothing that a spreadsheet would calculate."""
import csv
import http.client
import io
import json
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from support.estate import PASSWORD, unique
from support.importing import grant, installed, load, tenant, user
from support.jobs import Jobs

KINDS = ("tenants", "users", "grants")


def export(client, tenant_id, kind, status=200, **query):
    return client.get(f"/v1/tenants/{tenant_id}/exports/{kind}", status, params=query)


def lines_of(client, tenant_id, kind, **query):
    reply = export(client, tenant_id, kind, **query)
    return [json.loads(line) for line in reply.text.splitlines()]


def records_of(client, tenant_id, kind, **query):
    """Read as who follows the document reads them: an apostrophe at the beginning is taken away."""
    reply = export(client, tenant_id, kind, format="csv", **query)
    assert reply.content.endswith(b"\r\n")
    rows = list(csv.DictReader(io.StringIO(reply.content.decode(), newline="")))
    return [{name: cell.removeprefix("'") for name, cell in row.items()} for row in rows]


@pytest.fixture(scope="module", name="house")
def a_partner_with_everything(estate):
    """A partner with a customer, users with and without an external_id, and their grants."""
    partner = estate.new_tenant("partner", estate.id("provider"), unique("partner"), external_id=unique("p"))
    customer = estate.new_tenant("customer", partner["id"], "=cmd|' /C calc'!A0", external_id=unique("c"))
    nameless = estate.new_tenant("customer", partner["id"], unique("nameless"))
    for name, made in (("house", partner), ("house_one", customer), ("house_two", nameless)):
        estate.tenants[name] = made
    ada = estate.new_user("house_one", external_id="ada", display_name="+Ada \"the first\", Lovelace", email="ada@a.example",
                          dialling_addresses=["sip:ada@a.example", "+4712345678"])
    plain = estate.new_user("house_one")
    estate.new_user("house_two", external_id="bob")
    estate.new_user("house", external_id="eve")
    estate.grant("house_one", ada["id"], "viewer", reason="because", expires_at="2099-01-01T00:00:00Z")
    estate.grant("house_one", plain["id"], "viewer")
    machine = estate.new_machine("house")[0]
    estate.grant("house_one", machine["id"], "provisioner")
    return estate.tenants


def test_tenants_stand_behind_their_parents(estate, admin):
    rows = lines_of(admin, estate.id("provider"), "tenants", scope="subtree")
    listed = list(admin.pages("/v1/tenants"))
    assert [row["name"] for row in rows] == [found["name"] for found in listed if found["parent_id"]]
    directly = lines_of(admin, estate.id("provider"), "tenants")
    assert [row["name"] for row in directly] == \
        [found["name"] for found in listed if found["parent_id"] == estate.id("provider")]


def test_a_user_says_what_they_are_and_where(house, admin):
    rows = {row.get("external_id"): row for row in lines_of(admin, house["house"]["id"], "users", scope="subtree")}
    assert rows["ada"] == {
        "kind": "user", "external_id": "ada", "tenant_external_id": house["house_one"]["external_id"],
        "login": rows["ada"]["login"], "display_name": "+Ada \"the first\", Lovelace", "email": "ada@a.example",
        "dialling_addresses": ["sip:ada@a.example", "+4712345678"]}
    assert rows["eve"]["tenant_external_id"] == house["house"]["external_id"]
    assert [row["external_id"] for row in lines_of(admin, house["house"]["id"], "users")] == ["eve"]


def test_a_user_without_an_external_id_is_named_by_login(house, admin):
    [ada, plain] = sorted(lines_of(admin, house["house_one"]["id"], "users"), key=lambda row: "external_id" not in row)
    assert "external_id" in ada and "external_id" not in plain and plain["login"]
    [row] = [row for row in lines_of(admin, house["house_one"]["id"], "grants") if "user_login" in row]
    assert row["user_login"] == plain["login"] and "user_external_id" not in row


def test_what_has_no_other_name_is_named_by_its_id(house, admin):
    users = lines_of(admin, house["house"]["id"], "users", scope="subtree")
    assert {row.get("external_id"): row["tenant_external_id"] for row in users}["bob"] == f"id:{house['house_two']['id']}"
    tenants = lines_of(admin, house["house"]["id"], "tenants")
    assert {row["external_id"] for row in tenants} == {f"id:{house['house_two']['id']}", house["house_one"]["external_id"]}
    grants = lines_of(admin, house["house_one"]["id"], "grants")
    assert sorted(row.get("client_external_id", "").partition(":")[0] for row in grants) == ["", "", "id"]


def test_what_another_service_could_not_take_can_be_left_out(house, admin):
    asked = {"scope": "subtree", "importable": "true"}
    assert [row["external_id"] for row in lines_of(admin, house["house"]["id"], "tenants", **asked)] == \
        [house["house_one"]["external_id"]]
    users = lines_of(admin, house["house"]["id"], "users", **asked)
    assert sorted(row.get("external_id", "") for row in users) == ["", "ada", "eve"]
    grants = lines_of(admin, house["house"]["id"], "grants", **asked)
    assert sorted(row.get("user_external_id", "") for row in grants) == ["", "ada"]


def test_what_somebody_from_above_holds_is_there_and_changed_by_nobody_below(estate):
    place = estate.new_tenant("partner", estate.id("provider"))
    estate.tenants["held"] = place
    above = estate.new_user("provider", external_id=unique("above"))
    estate.grant("held", above["id"], "viewer")
    below = estate.person("held", "partner_admin").client
    rows = lines_of(below, place["id"], "grants")
    assert [row["user_tenant_external_id"] for row in rows if row["role"] == "viewer"] == [None]
    report = Jobs(below, place["id"]).load(rows)
    assert len(report.refused) == 1 and lines_of(below, place["id"], "grants") == rows
    assert "viewer" not in [row["role"] for row in lines_of(below, place["id"], "grants", importable="true")]


def test_who_is_gone_and_what_is_over_is_no_part(estate, admin):
    place = estate.new_tenant()
    estate.tenants["leavers"] = place
    gone, stays = estate.new_user("leavers"), estate.new_user("leavers")
    admin.post(f"/v1/users/{gone['id']}/terminate")
    assert [row["login"] for row in lines_of(admin, place["id"], "users")] == [stays["login"]]


def test_a_tenant_that_is_over_is_no_part_nor_what_stands_below(estate, admin):
    top = estate.new_tenant("partner", estate.id("provider"), unique("top"))
    over = estate.new_tenant("partner", top["id"], unique("over"), external_id=unique("over"))
    below = estate.new_tenant("customer", over["id"], unique("below"))
    estate.tenants["below_over"] = below
    estate.grant("below_over", estate.new_user("below_over")["id"], "viewer")
    kinds = {kind: lines_of(admin, top["id"], kind, scope="subtree") for kind in KINDS}
    assert [len(rows) for rows in kinds.values()] == [2, 1, 1]
    admin.post(f"/v1/tenants/{over['id']}/terminate")
    assert [lines_of(admin, top["id"], kind, scope="subtree") for kind in KINDS] == [[], [], []]
    admin.post(f"/v1/tenants/{over['id']}/restore")
    assert {kind: lines_of(admin, top["id"], kind, scope="subtree") for kind in KINDS} == kinds


@pytest.mark.parametrize("kind", KINDS)
def test_csv_says_what_the_lines_say(house, admin, kind):
    rows = lines_of(admin, house["house"]["id"], kind, scope="subtree")
    records = records_of(admin, house["house"]["id"], kind, scope="subtree")
    assert rows and [[name for name in record if name in row] for record, row in zip(records, rows)] == list(map(list, rows))
    for record, row in zip(records, rows):
        assert not [name for name, cell in record.items() if cell and name not in row]
        for name, value in row.items():
            cell = record[name]
            assert (json.loads(cell or "[]") if isinstance(value, list) else cell) == (value if value is not None else "")


def test_no_field_begins_a_formula(house, admin):
    for kind in KINDS:
        text = export(admin, house["house"]["id"], kind, format="csv", scope="subtree").content.decode()
        fields = [field for row in csv.reader(io.StringIO(text, newline="")) for field in row]
        assert fields and not [field for field in fields if field[:1] in tuple("=+-@\t\r\0")]
    assert "'=cmd|' /C calc'!A0" in export(admin, house["house"]["id"], "tenants", format="csv").text


def test_an_empty_export_is_empty(estate, admin):
    place = estate.new_tenant()
    assert export(admin, place["id"], "users").content == b""
    assert export(admin, place["id"], "users", format="csv").text == \
        "kind,external_id,tenant_external_id,login,display_name,email,dialling_addresses\r\n"


def test_it_is_a_file_that_nobody_keeps(house, admin):
    reply = export(admin, house["house"]["id"], "users", format="csv")
    assert reply.headers["Content-Disposition"] == 'attachment; filename="users.csv"'
    assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("query", [{"format": "xml"}, {"scope": "all"}, {"importable": "1"}, {"limit": "5"}])
def test_it_takes_no_other_wish(house, admin, query):
    problem = export(admin, house["house"]["id"], "users", 400, **query).json()
    assert [error["field"] for error in problem["errors"]] == list(query)


def test_it_leaves_an_event_with_the_count(estate, admin):
    place = estate.new_tenant()
    estate.tenants["counted"] = place
    for _ in range(3):
        estate.new_user("counted")
    export(admin, place["id"], "users", format="csv")
    [event] = admin.pages(f"/v1/tenants/{place['id']}/audit", action="exportUsers")
    assert (event["actor"]["id"], event["object_id"], event["outcome"]) == (estate.admin.id, place["id"], "done")
    assert event["after"] == {"format": "csv", "scope": "self", "rows": 3, "complete": True}


def test_reading_users_one_by_one_is_not_to_read_them_in_bulk(estate):
    helper = estate.actor("alpha", "helpdesk")
    assert helper.get(f"/v1/tenants/{estate.id('alpha')}/users").json()["items"] is not None
    helper.problem("GET", f"/v1/tenants/{estate.id('alpha')}/exports/users", 403, "forbidden")


def test_a_grant_at_one_tenant_exports_that_one(estate):
    alone = estate.actor("alpha", "partner_admin", "self")
    below = lines_of(alone, estate.id("alpha"), "users", scope="subtree")
    assert {row["tenant_external_id"] for row in below} <= {None}
    assert lines_of(alone, estate.id("alpha"), "tenants", scope="subtree") == []
    alone.problem("GET", f"/v1/tenants/{estate.id('alpha_one')}/exports/users", 404, "not_found")


# Many pages

MANY = 450


@pytest.fixture(scope="module", name="at")
def installation():
    """Its service gives back what it frees: a sanitizer would keep 256 MiB of that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASAN_OPTIONS", f"{os.environ.get('ASAN_OPTIONS', '')}:quarantine_size_mb=4")
        with installed() as made:
            patch.undo()
            yield made


@pytest.fixture(scope="module", name="loaded")
def an_estate_of_many_rows(at):
    rows = [tenant("p", "partner"), *(tenant(f"c{n}", above="p") for n in range(30))]
    rows += [user(f"u{n}", f"c{n % 30}", email=f"u{n}@a.example", dialling_addresses=[f"sip:{n}@a.example"],
                  display_name=f"Å {n}") for n in range(MANY)]
    rows += [user("boss", "p"), grant("boss", "p", "partner_admin")]
    rows += [grant(f"u{n}", f"c{n % 30}", expires_at="2099-01-01T00:00:00Z", reason="'why", ticket="=CHG") for n in range(0, MANY, 3)]
    load(at.server, rows).is_clean(created=len(rows))
    return rows


FIRST = 2  # the first administrator, who has no external_id, and their grant


def whole(at, root):
    """All of an estate, kind by kind."""
    return b"".join(export(at.admin, root, kind, scope="subtree").content for kind in KINDS)


def root_of(at):
    return next(found["id"] for found in at.admin.pages("/v1/tenants") if found["parent_id"] is None)


def test_what_was_exported_changes_nothing_when_it_is_loaded(at, loaded):
    text = whole(at, root_of(at))
    assert len(text.splitlines()) == len(loaded) + FIRST
    before = at.digest(["tenant", "principal", '"grant"', "role"])
    load(at.server, text).is_clean(unchanged=len(loaded) + FIRST)
    assert at.digest(["tenant", "principal", '"grant"', "role"]) == before


def test_an_empty_provider_becomes_the_same(at, loaded):
    with installed() as other:
        text = whole(at, root_of(at))
        load(other.server, text).is_clean(created=len(loaded), unchanged=FIRST)
        assert sorted(whole(other, root_of(other)).splitlines()) == sorted(text.splitlines())


def test_a_long_export_has_an_event_before_and_one_behind(at, loaded):
    root = root_of(at)
    assert export(at.admin, root, "users", scope="subtree").headers["Transfer-Encoding"] == "chunked"
    behind, before = list(at.admin.pages(f"/v1/tenants/{root}/audit", action="exportUsers"))[:2]
    assert before["after"] == {"format": "ndjson", "scope": "subtree", "complete": False}
    assert behind["after"] == {"format": "ndjson", "scope": "subtree", "complete": True, "rows": MANY + 2}


def test_old_clients_get_it_by_the_end_of_the_connection(at, loaded):
    assert loaded
    place = urlsplit(at.server.url)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
    connection._http_vsn, connection._http_vsn_str = 10, "HTTP/1.0"
    connection.request("GET", f"/v1/tenants/{root_of(at)}/exports/users?scope=subtree",
                       headers={"Authorization": f"Bearer {at.admin.token}"})
    reply = connection.getresponse()
    assert reply.getheader("Transfer-Encoding") is None
    assert len(reply.read().splitlines()) == MANY + 2


# 100 MiB

FAT = 13000
FILL = """
SET search_path = bailiwick, pg_temp;
SET session_replication_role = replica;
INSERT INTO principal (id, tenant_id, tenant_path, tenant_boundary, kind, state, login, login_key, display_name, name_key,
                       external_id, dialling_addresses)
SELECT gen_random_uuid(), t.id, t.path, t.boundary, 'user', 'invited', 'fat' || n, 'fat' || n, 'Fat', 'fat', 'fat' || n,
       array_fill(repeat('x', 250), ARRAY[32])
  FROM tenant t, generate_series(1, %d) n WHERE t.external_id = 'fat';
RESET session_replication_role""" % FAT


@pytest.fixture(scope="module", name="fat")
def a_tenant_of_100_mib(at):
    load(at.server, [tenant("fat"), user("watcher", "fat", "watcher")]).is_clean(created=2)
    for statement in FILL.split(";"):
        at.look.execute(statement)
    return at.find("fat")[0]


def resident(server):
    return int(re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{server.process.pid}/status").read_text(), re.M)[1]) << 10


def taken(chunks, most=1 << 40):
    """The bytes of a reply that is read as it comes, until it ends or enough of them have come."""
    size = 0
    while size < most and (chunk := next(chunks, b"")):
        size += len(chunk)
    return size


def stream(at, tenant_id, **query):
    return requests.get(f"{at.server.url}/v1/tenants/{tenant_id}/exports/users", params=query, stream=True, timeout=60,
                        headers={"Authorization": f"Bearer {at.admin.token}"})


@pytest.mark.parametrize("format", ["ndjson", "csv"])
def test_100_mib_go_out_in_flat_memory(at, fat, format):
    with stream(at, fat["id"], format=format) as reply:
        chunks = reply.iter_content(1 << 16)
        begun = taken(chunks, 8 << 20)
        before = resident(at.server)
        assert begun + taken(chunks) > 100 << 20
        assert resident(at.server) < before + (64 << 20)
    [event, *_] = at.admin.pages(f"/v1/tenants/{fat['id']}/audit", action="exportUsers")
    assert event["after"]["rows"] == FAT + 1 and event["after"]["format"] == format


def test_who_may_no_longer_gets_no_more(at, fat):
    """What is under way when the right is taken away ends, and not as if that were all."""
    reader = at.admin.post(f"/v1/tenants/{fat['id']}/users", {"login": "reader"}, 201).json()
    held = at.admin.post(f"/v1/tenants/{fat['id']}/grants",
                         {"principal_id": reader["id"], "role": "customer_admin", "scope": "subtree"}, 201).json()
    token = at.admin.post(f"/v1/users/{reader['id']}/invite", status=201).json()["token"]
    accepted = at.admin.post("/v1/invitations/accept", {"token": token, "password": PASSWORD}).json()
    bearer = at.signed_in(accepted["login"], accepted["tenant"])
    with requests.get(f"{at.server.url}/v1/tenants/{fat['id']}/exports/users", stream=True, timeout=60,
                      headers={"Authorization": f"Bearer {bearer}"}) as reply:
        chunks = reply.iter_content(1 << 16)
        taken(chunks, 1 << 16)
        at.admin.delete(f"/v1/grants/{held['id']}")
        with pytest.raises(requests.exceptions.RequestException):
            taken(chunks)
    events = list(at.admin.pages(f"/v1/tenants/{fat['id']}/audit", action="exportUsers", actor_id=reader["id"]))
    assert [event["after"]["complete"] for event in events] == [False]
