"""Modes of import jobs: what is made, changed or removed, never more than the rows say, and nothing beside the tenant named."""
import contextlib
import time

import pytest

from support.importing import grant, installed, lines, tenant, user
from support.keys import Key
from support.jobs import Jobs, id_of, machine, users_of

SECONDS = 120


@pytest.fixture(scope="module", name="at")
def installation():
    with installed() as made:
        made.provider = made.admin.get("/v1/me").json()["tenant_id"]
        yield made


@pytest.fixture(name="partner")
def a_partner(at):
    """The external_id of a new partner with a neighbour, who has of everything what the partner has."""
    name = at.word("partner")
    for place in (name, f"{name}-neighbour"):
        rows = [tenant(place, "partner"), tenant(f"{place}-c", above=place)]
        Jobs(at.admin, at.provider).load(rows).is_clean(created=2)
        rows = [user("u1"), user("u2"), user("u3", f"{place}-c"), grant("u1", None), grant("u3", f"{place}-c")]
        Jobs(at.admin, id_of(at, place)).load(rows).is_clean(created=5)
    return name


@pytest.fixture(name="jobs")
def partners_jobs(at, partner):
    """As a machine of the partner's own."""
    return Jobs(machine(at, partner), id_of(at, partner))


def beside(at, partner):
    """What stands in every tenant but the partner's, to the last byte."""
    path, = at.rows("SELECT path FROM tenant WHERE external_id = %s", partner)[0]
    tables = ["principal", '"grant"', "client_proof", "audit_event"]
    return at.digest(["tenant"], f"path NOT LIKE '{path}%'") + at.digest(tables, f"tenant_path NOT LIKE '{path}%'")


def state_of(at, place, name):
    return users_of(at, place)[name]["state"]


def grants_of(at, place):
    return [found["id"] for found in at.admin.pages(f"/v1/tenants/{id_of(at, place)}/grants")]


# create

def test_create_makes_what_is_not_there_and_refuses_what_is(at, jobs, partner):
    rows = [user("u1", display_name="Another"), user("u4"), tenant(f"{partner}-c", name="Another"), tenant("c2"), grant("u1", None),
            grant("u2", None)]
    report = jobs.load(rows, mode="create")
    assert (report.counts, report.refused) == ({"created": 3, "refused": 3}, {
        1: ("already_exists", "external_id"), 3: ("already_exists", "external_id"), 5: ("already_exists", "role")})
    assert users_of(at, partner)["u1"]["display_name"] == "u1"


def test_the_same_file_created_twice_changes_nothing(at, jobs):
    rows = [user(f"n{n}") for n in range(5)] + [grant("n1", None)]
    jobs.load(rows, mode="create").is_clean(created=6)
    before = at.digest(["tenant", "principal", '"grant"'])
    report = jobs.load(rows, mode="create")
    assert (report.counts, {code for code, _ in report.refused.values()}) == ({"refused": 6}, {"already_exists"})
    assert at.digest(["tenant", "principal", '"grant"']) == before


# Who is over

def test_who_is_over_is_not_as_they_are_wanted_and_has_a_successor_once_the_names_have_rested(at, jobs, partner):
    person, rows = users_of(at, partner)["u1"], [user("u1"), user("u2")]
    at.admin.post(f"/v1/users/{person['id']}/terminate")
    report = jobs.load(rows)
    assert (report.counts, report.refused) == ({"unchanged": 1, "refused": 1}, {1: ("wrong_state", None)})
    at.look.execute("UPDATE principal SET names_until = now() WHERE id = %s", [person["id"]])
    jobs.load(rows).is_clean(created=1, unchanged=1)
    successor = users_of(at, partner)["u1"]
    assert successor["id"] != person["id"] and successor["state"] == "invited"


def test_a_tenant_that_is_over_is_not_as_it_is_wanted_and_has_a_successor_once_its_name_has_rested(at, jobs, partner):
    name = f"{partner}-c"
    old = id_of(at, name)
    at.admin.post(f"/v1/tenants/{old}/terminate")
    report = jobs.load([tenant(name)])
    assert (report.counts, report.refused) == ({"refused": 1}, {1: ("wrong_state", None)})
    at.look.execute("UPDATE tenant SET names_until = now() WHERE id = %s", [old])
    report = jobs.load([tenant(name), user("u9", name)])
    report.is_clean(created=2)
    assert report.results[1]["id"] != old


def test_a_name_means_the_tenant_that_lives_beside_one_that_is_over(at, partner):
    jobs, place, twin = Jobs(at.admin, id_of(at, partner)), f"{partner}-p", f"{partner}-twin"
    report = jobs.load([tenant(place, "partner"), tenant(twin), tenant(twin, above=place)])
    report.is_clean(created=3)
    assert jobs.load([user("u9", twin)]).refused == {1: ("conflict", "tenant_external_id")}
    at.admin.post(f"/v1/tenants/{report.results[2]['id']}/terminate")
    jobs.load([user("u9", twin)]).is_clean(created=1)
    found = list(at.admin.pages(f"/v1/tenants/{report.results[3]['id']}/users"))
    assert [one["external_id"] for one in found] == ["u9"]


# By login

def test_a_login_names_a_user_who_has_no_external_id(at, jobs, partner):
    row = {"kind": "user", "login": "grace", "display_name": "Grace"}
    first = jobs.load([row], kind="users")
    first.is_clean(created=1)
    jobs.load([row, {**row, "login": "GRACE", "display_name": "G."}], kind="users").is_clean(unchanged=1, updated=1)
    found = at.admin.get(f"/v1/users/{first.results[1]['id']}").json()
    assert (found["login"], found["display_name"], found["external_id"]) == ("GRACE", "G.", None)
    jobs.load([{"kind": "user", "login": "u1", "email": "u1@a.example"}]).is_clean(updated=1)
    assert users_of(at, partner)["u1"]["email"] == "u1@a.example"  # whoever has an external_id has a login too
    report = jobs.load([row], mode="create")
    assert report.refused == {1: ("already_exists", "login")}


@pytest.mark.parametrize("order", [1, -1])
def test_a_row_by_login_and_one_by_external_id_meet_in_their_order(at, jobs, order):
    rows = [{"kind": "user", "login": "same"}, user("s1", login="same"), user("s2")][::order]
    report = jobs.load(rows)
    assert report.counts == {"created": 2, "refused": 1} if order == 1 else {"created": 2, "unchanged": 1}


# delete

def test_delete_needs_the_key_alone_and_the_second_time_there_is_nothing_to_do(at, jobs, partner):
    rows = [{"kind": "grant", "user_external_id": "u1", "role": "viewer", "scope": "subtree"},
            {"kind": "user", "external_id": "u2"}, {"kind": "user", "login": "u3", "tenant_external_id": f"{partner}-c"},
            {"kind": "user", "external_id": "nobody"}]
    outside = beside(at, partner)
    report = jobs.load(rows, mode="delete")
    report.is_clean(removed=3, unchanged=1)
    assert [row["outcome"] for row in report.results.values()] == ["removed"] * 3 + ["unchanged"]
    assert [state_of(at, *who) for who in ((partner, "u1"), (partner, "u2"), (f"{partner}-c", "u3"))] == [
        "invited", "terminated", "terminated"]
    assert beside(at, partner) == outside
    before = at.digest(["tenant", "principal", '"grant"'])
    jobs.load(rows, mode="delete").is_clean(unchanged=4)
    assert at.digest(["tenant", "principal", '"grant"']) == before


def test_every_removal_leaves_its_event_tied_to_the_job(at, jobs, partner):
    report = jobs.load([user("u1"), grant("u3", f"{partner}-c")], mode="delete")
    report.is_clean(removed=2)
    events = [event for place in (partner, f"{partner}-c") for event in at.admin.pages(f"/v1/tenants/{id_of(at, place)}/audit")
              if event["request_id"] == report.job["id"] and event["object_kind"] in ("user", "grant")]
    assert sorted(event["action"] for event in events) == ["importGrant", "importUser", "revokeGrant"]  # u1 held one more
    assert {event["actor"]["id"] for event in events} == {jobs.client.id}


def test_a_tenant_stays(jobs, partner):
    report = jobs.load([{"kind": "tenant", "external_id": f"{partner}-c"}, {"kind": "tenant", "external_id": "nowhere"}], mode="delete")
    assert report.refused == {1: ("tenant_stays", None), 2: ("tenant_stays", None)}


def test_nobody_is_removed_outside_or_without_the_right_to(at, jobs, partner):
    neighbour = f"{partner}-neighbour"
    rows = [user("u1", neighbour), user("u1", "no-such-tenant"), grant("u1", neighbour)]
    before = at.digest(["tenant", "principal", '"grant"'])
    report = jobs.load(rows, mode="delete")
    assert set(report.refused.values()) == {("not_found", "tenant_external_id")} and len(report.refused) == 3
    Jobs(at.admin, id_of(at, partner)).load([user("u2", f"{partner}-c")], mode="delete").is_clean(unchanged=1)  # not the partner's u2
    assert at.digest(["tenant", "principal", '"grant"']) == before


def test_who_may_make_users_only_removes_none(at, partner):
    reader = Jobs(machine(at, partner, "provisioner"), id_of(at, partner))
    report = reader.load([user("u1"), grant("u1", None)], mode="delete")
    assert {code for code, _ in report.refused.values()} == {"forbidden"}


def test_the_submitter_is_not_removed(at, partner):
    me = at.admin.get(f"/v1/users/{at.admin.get('/v1/me').json()['id']}").json()
    report = Jobs(at.admin, at.provider).load([{"kind": "user", "login": me["login"]}], mode="delete")
    assert report.refused == {1: ("self_service", None)}


def test_a_dry_run_of_each_mode_changes_nothing(at, jobs, partner):
    before = at.digest(["tenant", "principal", '"grant"'])
    rows = [user("u1", display_name="Another"), user("u9")]
    for mode, counts in (("create", {"created": 1, "refused": 1}), ("upsert", {"updated": 1, "created": 1}),
                         ("delete", {"removed": 1, "unchanged": 1})):
        assert jobs.load(rows, mode=mode, dry_run=True).counts == counts
    assert at.digest(["tenant", "principal", '"grant"']) == before


# sync

def sync(jobs, rows, most=10, **wanted):
    return jobs.load(rows, **{"mode": "sync", "kind": "users", "removals_most": most, **wanted})


def test_sync_removes_whom_no_row_names(at, jobs, partner):
    by_hand = at.admin.post(f"/v1/tenants/{id_of(at, partner)}/users", {"login": "hand.made"}, 201).json()
    outside = beside(at, partner)
    report = sync(jobs, [user("u1", display_name="Another"), user("u4")])
    report.is_clean(created=1, updated=1, removed=2)
    assert (report.job["removals"], report.job["removals_most"]) == (2, 10)
    assert [(row["action"], row["outcome"]) for row in report.removals] == [("importUser", "removed")] * 2
    found = users_of(at, partner)
    assert {row["id"] for row in report.removals} == {found["u2"]["id"], users_of(at, f"{partner}-c")["u3"]["id"]}
    assert [found[name]["state"] for name in ("u1", "u2", "u4")] == ["invited", "terminated", "invited"]
    assert at.admin.get(f"/v1/users/{by_hand['id']}").json()["state"] == "invited"
    assert beside(at, partner) == outside
    assert at.rows("SELECT (SELECT count(*) FROM import_seen) + (SELECT count(*) FROM import_removal)") == [(0,)]
    sync(jobs, [user("u1"), user("u4")], 0).is_clean(unchanged=2)


def test_more_than_was_said_is_not_removed_at_all(at, jobs, partner):
    before = at.digest(["tenant", "principal", '"grant"'])
    report = sync(jobs, [user("u1")], 1)
    assert (report.job["state"], report.job["code"], report.job["removals"]) == ("stopped", "too_many_removals", 2)
    assert (report.counts, report.removals) == ({"unchanged": 1}, [])
    assert at.digest(["tenant", "principal", '"grant"']) == before


def test_a_dry_sync_tells_the_count_and_removes_nothing(at, jobs, partner):
    before = at.digest(["tenant", "principal", '"grant"'])
    report = sync(jobs, [user("u1"), user("u7")], dry_run=True)
    report.is_clean(unchanged=1, created=1, removed=2)
    assert (report.job["removals"], len(report.removals)) == (2, 2)
    assert sync(jobs, [user("u1")], 1, dry_run=True).job["code"] == "too_many_removals"
    assert at.digest(["tenant", "principal", '"grant"']) == before


@pytest.mark.parametrize("content,code", [
    (lines([user("u1"), "{"]), "rows_refused"), (lines([user("u1"), user("u1", "nowhere")]), "rows_refused"),
    (lines([user("u1")]).strip(), "truncated"), (b"", "truncated")])
def test_a_content_that_is_not_whole_removes_nothing(at, jobs, partner, content, code):
    report = sync(jobs, content)
    assert (report.job["state"], report.job["code"], report.removals) == ("stopped", code, [])
    assert [found["state"] for found in users_of(at, partner).values()] == ["invited"] * 2


def test_a_cancelled_sync_removes_nothing(at, jobs, partner):
    job = jobs.open(mode="sync", kind="users", removals_most=10)
    jobs.send(job, lines([user("u1")]))
    with at.look.transaction():  # holds the job: the cancel comes before its first step
        at.look.execute("SELECT FROM import_job WHERE id = %s FOR UPDATE", [job["id"]])
        at.look.execute("UPDATE import_job SET state = 'cancelled', ended_at = now() WHERE id = %s", [job["id"]])
    assert jobs.report(job).removals == [] and state_of(at, partner, "u2") == "invited"


def test_sync_of_grants_leaves_users_and_of_users_grants_of_who_stays(at, jobs, partner):
    sync(jobs, [grant("u1", None)], kind="grants").is_clean(unchanged=1, removed=1)  # u3's at the customer
    assert len(grants_of(at, partner)) == 2  # u1's and the machine's
    assert grants_of(at, f"{partner}-c") == []
    changed = sync(jobs, [grant("u1", None, reason="as agreed")], kind="grants")
    changed.is_clean(updated=1)
    assert sync(jobs, [grant("u1", None, reason="once more")], kind="grants", dry_run=True).counts == {"updated": 1}
    assert [state_of(at, *who) for who in ((partner, "u1"), (partner, "u2"), (f"{partner}-c", "u3"))] == ["invited"] * 3


def test_sync_of_grants_leaves_those_of_machines_until_it_names_one(at, jobs, partner):
    mine = Jobs(at.admin, id_of(at, partner))
    held = [{"kind": "grant", "client_external_id": name, "role": "viewer", "scope": "self"} for name in ("m1", "m2")]
    mine.load([client("m1"), client("m2"), *held]).is_clean(created=4)
    mine.load(held).is_clean(unchanged=2)
    sync(jobs, [grant("u1", None), grant("u3", f"{partner}-c")], kind="grants").is_clean(unchanged=2)
    sync(mine, [grant("u1", None), grant("u3", f"{partner}-c"), held[0]], kind="grants").is_clean(unchanged=3, removed=1)


def test_a_mixed_sync_removes_of_what_it_names_alone(at, jobs, partner):
    report = sync(jobs, [user("u1"), user("u2"), user("u3", f"{partner}-c")], kind="mixed")
    report.is_clean(unchanged=3)
    sync(jobs, [user("u1"), grant("u1", None)], kind="mixed").is_clean(unchanged=2, removed=3)
    assert sorted(users_of(at, partner)) == ["u1", "u2"] and state_of(at, partner, "u2") == "terminated"


def test_nobody_whom_no_row_could_name_is_removed(at, jobs, partner):
    home = at.admin.post("/v1/tenants", {"parent_id": id_of(at, partner), "kind": "customer", "name": "Nameless"}, 201).json()
    at.admin.post(f"/v1/tenants/{home['id']}/users", {"login": "l", "external_id": "u9"}, 201)
    report = sync(jobs, [user("u1"), user("u2"), user("u3", f"{partner}-c")])
    report.is_clean(unchanged=3)


def test_the_submitter_stays_and_so_does_what_they_may_not_touch(at, partner):
    me = at.admin.get("/v1/me").json()
    at.admin.patch(f"/v1/users/{me['id']}", {"external_id": at.word("me")})
    everything = Jobs(at.admin, at.provider)
    report = sync(everything, [user("keep-me")], 100000, dry_run=True)
    assert me["id"] not in {row["id"] for row in report.removals} and report.removals
    loader = Jobs(machine(at, partner, "provisioner"), id_of(at, partner))  # may terminate nobody
    report = sync(loader, [user("u1")])
    assert (report.counts, {row["code"] for row in report.removals}) == ({"unchanged": 1, "refused": 2}, {"forbidden"})
    assert state_of(at, partner, "u2") == "invited"


@pytest.mark.parametrize("wanted,field", [
    ({"mode": "sync"}, "removals_most"), ({"mode": "upsert", "removals_most": 1}, "removals_most"),
    ({"mode": "sync", "removals_most": -1}, "removals_most"), ({"mode": "sync", "removals_most": 1, "kind": "tenants"}, "kind")])
def test_a_sync_is_opened_with_a_bound_and_never_of_tenants(jobs, wanted, field):
    problem = jobs.client.problem("POST", jobs.place, 400, "malformed", json=wanted)
    assert [error["field"] for error in problem["errors"]] == [field]


def test_every_removal_of_a_sync_is_an_event_of_the_job(at, jobs, partner):
    report = sync(jobs, [user("u1")])
    for row in report.removals:
        found = at.rows("SELECT action, request_id FROM audit_event WHERE object_id = %s AND after ->> 'state' = 'terminated'", row["id"])
        assert found == [("importUser", report.job["id"])]


# A submitter who is suspended

MANY = 2200  # a step has 1,024 at most


@contextlib.contextmanager
def held(at, watcher, job):
    """The job between two steps, when it has removed some and not all."""
    deadline = time.monotonic() + SECONDS
    while True:
        with at.look.transaction():
            at.look.execute("SELECT FROM import_job WHERE id = %s FOR UPDATE", [job["id"]])
            seen = watcher.see(job)
            assert seen["ended_at"] is None and time.monotonic() < deadline, seen
            if seen["counts"]["removed"]:
                yield seen
                return
        time.sleep(0.1)


@pytest.mark.parametrize("mode", ["delete", "sync"])
def test_a_submitter_who_is_suspended_meanwhile_removes_nobody_more(at, jobs, partner, mode):
    watcher, people = Jobs(at.admin, id_of(at, partner)), [user(f"m{n}") for n in range(MANY)]
    watcher.load([user("u1"), user("u2"), *people]).is_clean(created=MANY, unchanged=2)
    job = jobs.open(mode=mode, kind="users", **({"removals_most": MANY + 10} if mode == "sync" else {}))
    jobs.send(job, lines([user("u1")] if mode == "sync" else people))
    jobs.start(job)
    with held(at, watcher, job) as seen:
        at.admin.patch(f"/v1/clients/{jobs.client.id}", {"state": "suspended"})
    report = watcher.report(job)
    assert (report.job["state"], report.job["code"]) == ("stopped", "unauthenticated")
    assert report.counts["removed"] == seen["counts"]["removed"] < MANY
    gone = at.rows("SELECT count(*) FROM principal p JOIN tenant t ON t.id = p.tenant_id AND t.external_id LIKE %s"
                   " WHERE p.state = 'terminated'", f"{partner}%")
    assert gone == [(report.counts["removed"],)]


# Clients

def client(external_id, home=None, **more):
    row = {"kind": "client", "external_id": external_id, "display_name": external_id, **more}
    return row | ({"tenant_external_id": home} if home else {})


def clients_of(at, place):
    return {found["external_id"]: found for found in at.admin.pages(f"/v1/tenants/{id_of(at, place)}/clients")}


def test_clients_come_with_networks_and_keys_and_without_a_secret(at, partner):
    jobs, key, other = Jobs(at.admin, id_of(at, partner)), Key(), Key()
    rows = [client("m1", networks=["10.0.0.0/8"], keys=[key.pem, other.jwk]), client("m2", f"{partner}-c")]
    jobs.load(rows, kind="clients").is_clean(created=2)
    made = clients_of(at, partner)["m1"]
    assert made["networks"] == ["10.0.0.0/8"] and list(at.admin.pages(f"/v1/clients/{made['id']}/secrets")) == []
    assert {k["pem"] for k in at.admin.pages(f"/v1/clients/{made['id']}/keys")} == {key.pem, other.pem}
    jobs.load(rows).is_clean(unchanged=2)
    jobs.load([client("m1", keys=[other.jwk])]).is_clean(updated=1)
    report = jobs.load([client("m1", keys=[key.private_pem])])
    assert report.refused == {1: ("private_key", "keys")}
    jobs.load(b"external_id,display_name,networks\nm3,Third,10.0.0.0/8;2001:db8::/32\n", kind="clients", format="csv").is_clean(created=1)
    assert clients_of(at, partner)["m3"]["networks"] == ["10.0.0.0/8", "2001:db8::/32"]


def test_clients_go_by_delete_and_sync_and_nobody_elses(at, partner):
    jobs = Jobs(at.admin, id_of(at, partner))
    neighbours = Jobs(at.admin, id_of(at, f"{partner}-neighbour"))
    for someone in (jobs, neighbours):
        someone.load([client(f"m{n}") for n in range(4)], kind="clients").is_clean(created=4)
    outside = beside(at, partner)
    jobs.load([client("m0")], mode="delete").is_clean(removed=1)
    sync(jobs, [client("m1"), client("m2")], kind="clients").is_clean(unchanged=2, removed=1)
    assert set(clients_of(at, partner)) == {"m1", "m2"} and beside(at, partner) == outside
    sync(jobs, [user("u1"), user("u2"), user("u3", f"{partner}-c")], kind="mixed").is_clean(unchanged=3)  # names no client
    assert set(clients_of(at, partner)) == {"m1", "m2"}


def group(external_id, name, home=None, **more):
    row = {"kind": "group", "external_id": external_id, "display_name": name, **more}
    return row | ({"tenant_external_id": home} if home else {})


def groups_of(at, place):
    return {found["external_id"]: found for found in at.admin.pages(f"/v1/tenants/{id_of(at, place)}/groups")}


def test_groups_come_change_and_go_and_nobody_elses(at, partner):
    jobs, neighbours = Jobs(at.admin, id_of(at, partner)), Jobs(at.admin, id_of(at, f"{partner}-neighbour"))
    for someone in (jobs, neighbours):
        someone.load([group(f"g{n}", f"Group {n}") for n in range(4)], kind="groups").is_clean(created=4)
    outside = beside(at, partner)
    table = b"external_id,display_name,state\ng0,Nurses,suspended\ng1,Group 1,\n"
    jobs.load(table, kind="groups", format="csv").is_clean(updated=1, unchanged=1)
    changed = groups_of(at, partner)["g0"]
    assert (changed["display_name"], changed["state"]) == ("Nurses", "suspended")
    jobs.load([group("g1", "ignored")], mode="delete").is_clean(removed=1)
    sync(jobs, [group("g2", "Group 2")], kind="groups").is_clean(unchanged=1, removed=2)
    assert set(groups_of(at, partner)) == {"g2"} and beside(at, partner) == outside
    nothing = [user("u1"), user("u2"), user("u3", f"{partner}-c")]  # no group
    sync(jobs, nothing, kind="mixed").is_clean(unchanged=3)
    assert set(groups_of(at, partner)) == {"g2"}


def test_a_grant_waits_for_the_group_that_holds_it(at, partner):
    rows = [{"kind": "grant", "group_display_name": "nurses", "role": "viewer", "scope": "self"}, group("g1", "Nurses")]
    Jobs(at.admin, id_of(at, partner)).load(rows).is_clean(created=2)


def members_of(at, place):
    """Of each group the external_ids of the users in it."""
    known = {found["id"]: name for name, found in users_of(at, place).items()}
    return {name: {known[member["principal_id"]] for member in at.admin.pages(f"/v1/groups/{found['id']}/members")}
            for name, found in groups_of(at, place).items()}


def membership(group, of):
    return {"kind": "membership", "external_id": group, "user_external_id": of}


def test_members_come_and_go_and_nobody_elses(at, partner):
    for place in (partner, f"{partner}-neighbour"):
        rows = [membership("g1", "u1"), group("g1", "Nurses"), group("g2", "Cooks"), membership("g1", "u2"), membership("g2", "u1")]
        Jobs(at.admin, id_of(at, place)).load(rows).is_clean(created=5)
    jobs, outside = Jobs(at.admin, id_of(at, partner)), beside(at, partner)
    table = b"external_id,user_login\ng1,u1\ng2,u2\n"
    jobs.load(table, kind="memberships", format="csv").is_clean(unchanged=1, created=1)
    jobs.load([membership("g1", "u2")], mode="delete").is_clean(removed=1)
    assert members_of(at, partner) == {"g1": {"u1"}, "g2": {"u1", "u2"}}
    sync(jobs, [membership("g1", "u1"), membership("g2", "u2")], kind="memberships").is_clean(unchanged=2, removed=1)
    assert members_of(at, partner) == {"g1": {"u1"}, "g2": {"u2"}} and beside(at, partner) == outside
    nothing = [user("u1"), user("u2"), user("u3", f"{partner}-c")]  # no membership
    sync(jobs, nothing, kind="mixed").is_clean(unchanged=3)
    assert members_of(at, partner) == {"g1": {"u1"}, "g2": {"u2"}}


def test_more_members_than_was_said_do_not_leave(at, partner):
    jobs = Jobs(at.admin, id_of(at, partner))
    jobs.load([group("g1", "Nurses"), membership("g1", "u1"), membership("g1", "u2")]).is_clean(created=3)
    report = sync(jobs, [membership("g1", "u1")], most=0, kind="memberships")
    assert (report.job["state"], report.job["code"], report.job["removals"]) == ("stopped", "too_many_removals", 1)
    assert members_of(at, partner) == {"g1": {"u1", "u2"}}


def test_no_machine_makes_machines(jobs):
    assert jobs.load([client("m1")], kind="clients").refused == {1: ("forbidden", None)}
