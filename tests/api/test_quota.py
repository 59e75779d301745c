"""Quotas: given from above out of what is had there, kept by every way in, and told of to nobody who does not see whose they are."""
import threading
import time
from types import SimpleNamespace

import pytest

from support.estate import unique
from support.importing import user
from support.jobs import Jobs


@pytest.fixture(name="line")
def a_line(estate):
    """A partner with a customer, fresh for each test, and who runs each."""
    partner = estate.new_tenant("partner", estate.id("provider"))
    customer = estate.new_tenant("customer", partner["id"])
    estate.tenants |= {"quota_partner": partner, "quota_customer": customer}
    return SimpleNamespace(partner=partner["id"], customer=customer["id"], admin=estate.admin.client,
                           above=estate.person("quota_partner", "partner_admin").client,
                           below=estate.person("quota_customer", "customer_admin").client)


def path(tenant):
    return f"/v1/tenants/{tenant}/quotas"


def give(caller, tenant, allotted, pool="users", **more):
    return caller.patch(path(tenant), {pool: {"allotted": allotted, **more}}).json()[pool]


def state(caller, tenant, pool="users"):
    quota = caller.get(path(tenant)).json()[pool]
    return quota["allotted"], quota["used"], quota["given"], quota["left"]


def create(caller, tenant, status=201):
    return caller.post(f"/v1/tenants/{tenant}/users", {"login": unique("counted")}, status)


def exceeded(caller, method, place, pool, whose, **request):
    problem = caller.problem(method, place, 409, "quota_exceeded", **request)
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [(pool, "quota_exceeded")]
    assert (whose or "set above you") in problem["errors"][0]["message"]
    return problem


def test_use_is_rolled_up_and_what_is_given_is_gone_above(line):
    assert state(line.admin, line.partner) == (None, 2, 0, None)
    give(line.admin, line.partner, 10)
    assert state(line.above, line.partner) == (10, 2, 0, 8)
    give(line.above, line.customer, 6)
    assert state(line.above, line.partner) == (10, 2, 6, 3)
    create(line.below, line.customer)
    assert state(line.above, line.partner) == (10, 3, 6, 3) and state(line.below, line.customer) == (6, 2, 0, 4)
    line.above.patch(path(line.customer), {"users": None})
    assert state(line.above, line.partner) == (10, 3, 0, 7)


def test_a_refusal_names_whose_quota_it_is_to_who_sees_it_and_to_nobody_else(line):
    give(line.admin, line.partner, 2)
    users, body = f"/v1/tenants/{line.customer}/users", {"login": unique("surplus")}
    exceeded(line.above, "POST", users, "users", line.partner, json=body)
    told = exceeded(line.below, "POST", users, "users", None, json=body)
    assert line.partner not in str(told) and not any(c.isdigit() for c in told["errors"][0]["message"])
    shown = line.below.get(path(line.customer)).json()["users"]
    assert shown == {"allotted": None, "used": 1, "given": 0, "left": None, "warn_at": [], "warning": None, "bound": "above",
                     "bound_tenant_id": None}
    assert line.above.get(path(line.customer)).json()["users"]["bound_tenant_id"] == line.partner


def test_tenants_count_until_they_are_over(line):
    give(line.admin, line.partner, 2, "tenants")
    more = line.above.post("/v1/tenants", {"parent_id": line.partner, "kind": "customer", "name": "More"}, 201).json()["id"]
    body = {"parent_id": line.partner, "kind": "customer", "name": "Surplus"}
    exceeded(line.above, "POST", "/v1/tenants", "tenants", line.partner, json=body)
    line.above.post(f"/v1/tenants/{more}/terminate")
    another = line.above.post("/v1/tenants", body, 201).json()["id"]
    exceeded(line.above, "POST", f"/v1/tenants/{more}/restore", "tenants", line.partner)
    line.above.post(f"/v1/tenants/{another}/terminate")
    line.above.post(f"/v1/tenants/{more}/restore")


def test_whoever_is_terminated_makes_room(line):
    give(line.above, line.customer, 2)
    gone = create(line.below, line.customer).json()["id"]
    create(line.below, line.customer, 409)
    line.below.post(f"/v1/users/{gone}/terminate")
    create(line.below, line.customer)


def test_nobody_gives_their_own_or_more_than_there_is_or_less_than_is_used(line):
    give(line.admin, line.partner, 5)
    line.above.problem("PATCH", path(line.partner), 403, "forbidden", json={"users": {"allotted": 50}})
    line.below.problem("PATCH", path(line.customer), 403, "forbidden", json={"users": {"allotted": 50}})
    line.above.problem("PATCH", path(line.customer), 409, "quota_exceeded", json={"users": {"allotted": 5}})
    give(line.above, line.customer, 4)
    create(line.below, line.customer)
    problem = line.above.problem("PATCH", path(line.customer), 409, "quota_in_use", json={"users": {"allotted": 1}})
    assert problem["errors"] == [{"field": "users", "code": "quota_in_use", "message": "2 are used or given there"}]
    line.below.get(path(line.partner), 404)


def test_two_who_give_at_once_give_no_more_than_there_is(line, estate):
    give(line.admin, line.partner, 10)
    children = [estate.new_tenant("customer", line.partner)["id"] for _ in range(6)]
    statuses = []

    def giver(child):
        statuses.append(line.above.patch(path(child), {"users": {"allotted": 4}}, None).status_code)

    threads = [threading.Thread(target=giver, args=(child,)) for child in children]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 200, 409, 409, 409, 409]
    assert state(line.above, line.partner) == (10, 2, 8, 0)


def test_pools_of_applications_are_given_alike(line):
    line.admin.patch(path(line.partner), {"custom": {"rooms": {"allotted": 5}}})
    line.above.patch(path(line.customer), {"custom": {"rooms": {"allotted": 3}}})
    rooms = line.above.get(path(line.partner)).json()["custom"]["rooms"]
    assert (rooms["allotted"], rooms["used"], rooms["given"], rooms["left"]) == (5, 0, 3, 2)
    line.above.problem("PATCH", path(line.customer), 409, "quota_exceeded", json={"custom": {"rooms": {"allotted": 6}}})
    for name in ("users", "Rooms", "", "1st", "x" * 41):
        line.above.problem("PATCH", path(line.customer), 400, "malformed", json={"custom": {name: {"allotted": 1}}})


@pytest.mark.parametrize("body", [{"users": {"allotted": -1}}, {"users": {"allotted": 1.5}}, {"users": 5}, {"users": {"left": 5}},
                                  {"users": {"allotted": 1, "warn_at": [0]}}, {"users": {"allotted": 1, "warn_at": [101]}},
                                  {"users": {"allotted": 1, "warn_at": ["80"]}}, {"users": {"allotted": 1, "warn_at": list(range(1, 10))}},
                                  {"users": {"warn_at": [80]}}, {"custom": None}, {"custom": []}])
def test_what_is_no_quota_is_refused(line, body):
    line.above.problem("PATCH", path(line.customer), 400, "malformed", json=body)
    assert state(line.above, line.customer)[0] is None


def test_an_import_makes_as_many_as_there_is_room_for(line):
    give(line.above, line.customer, 4)
    report = Jobs(line.admin, line.customer).load([user(unique("row")) for _ in range(5)])
    assert (report.counts, report.refused) == ({"created": 3, "refused": 2}, dict.fromkeys((4, 5), ("quota_exceeded", None)))
    assert state(line.above, line.customer) == (4, 4, 0, 0)


def test_a_move_lists_what_has_no_room_and_makes_no_plan(line, estate):
    other = estate.new_tenant("partner", estate.id("provider"))["id"]
    give(line.admin, other, 0)
    plan = line.admin.post(f"/v1/tenants/{line.customer}/move", {"parent_id": other, "dry_run": True}).json()
    assert (plan["quotas"], plan["plan"]) == ([{"pool": "users", "tenant_id": other}], None)
    line.admin.problem("POST", f"/v1/tenants/{line.customer}/move", 409, "quota_exceeded", json={"parent_id": other, "plan": "x"})
    give(line.admin, other, 1)
    plan = line.admin.post(f"/v1/tenants/{line.customer}/move", {"parent_id": other, "dry_run": True}).json()
    line.admin.post(f"/v1/tenants/{line.customer}/move", {"parent_id": other, "plan": plan["plan"]})
    assert state(line.admin, other) == (1, 1, 0, 0)


def test_a_user_moves_where_there_is_room(line, estate):
    user, other = estate.new_user("quota_customer")["id"], estate.new_tenant("customer", line.partner)["id"]
    give(line.above, other, 0)
    plan = line.above.post(f"/v1/users/{user}/move", {"tenant_id": other, "dry_run": True}).json()
    assert (plan["quotas"], plan["plan"]) == ([{"pool": "users", "tenant_id": other}], None)
    give(line.above, other, 1)
    plan = line.above.post(f"/v1/users/{user}/move", {"tenant_id": other, "dry_run": True}).json()
    line.above.post(f"/v1/users/{user}/move", {"tenant_id": other, "plan": plan["plan"]})
    assert state(line.above, other) == (1, 1, 0, 0)


def test_a_level_is_warned_of_once(line):
    give(line.above, line.customer, 4, warn_at=[50, 100])

    def warnings():
        return [event["after"] for event in line.below.pages(f"/v1/tenants/{line.customer}/audit", action="warnQuota")]

    def waited(count):
        until = time.monotonic() + 60
        while len(warnings()) < count and time.monotonic() < until:
            time.sleep(0.2)
        return warnings()

    create(line.below, line.customer)
    assert waited(1) == [{"pool": "users", "warning": 50}]
    create(line.below, line.customer)
    assert line.below.get(path(line.customer)).json()["users"]["warning"] == 50
    create(line.below, line.customer)
    assert waited(2) == [{"pool": "users", "warning": 100}, {"pool": "users", "warning": 50}]


def test_a_change_is_on_record_and_has_its_tag(line):
    tag = line.above.get(path(line.customer)).headers["ETag"]
    line.above.get(path(line.customer), 304, headers={"If-None-Match": tag})
    fresh = line.above.patch(path(line.customer), {"users": {"allotted": 7}}, headers={"If-Match": tag}).headers["ETag"]
    assert line.above.get(path(line.customer)).headers["ETag"] == fresh != tag
    line.above.problem("PATCH", path(line.customer), 412, "stale", json={"users": None}, headers={"If-Match": tag})
    event = next(line.below.pages(f"/v1/tenants/{line.customer}/audit", action="updateQuotas"))
    assert (event["object_kind"], event["before"], event["after"]) == ("quota", None, {"users": {"allotted": 7, "warn_at": [80, 90, 100]}})
