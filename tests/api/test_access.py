"""Who can do what, with the chain behind it; and of those above no more than a role, a number and a pseudonym."""
import pytest

from support.estate import unique
from test_grant import moment


@pytest.fixture(name="house")
def a_customer_with_people(estate):
    """A customer below alpha, with an administrator, a viewer who is not in force yet, and a machine."""
    tenant = estate.new_tenant(name=unique("house"))
    estate.tenants[tenant["name"]] = tenant
    name = tenant["name"]
    admin, early = estate.person(name, "customer_admin"), estate.person(name, log_in=False)
    estate.grant(name, early.id, "viewer", not_before=moment(3600))
    machine, _ = estate.new_machine(name, "provisioner")
    return {"name": name, "id": tenant["id"], "admin": admin, "early": early, "machine": machine}


def access(caller, tenant, **asked):
    return list(caller.pages(f"/v1/tenants/{tenant}/access", **asked))


def seen(items):
    return {item["principal"]["id"] for item in items if item["principal"]}


def above(items):
    return {(item["role"]["name"], item["above"]["pseudonym"], item["above"]["number"]) for item in items if item["above"]}


def test_who_can_is_each_with_the_grant_that_makes_it_so(estate, admin, house):
    boss = estate.person("alpha", "partner_admin")
    items = access(admin, house["id"], permission="user:create")
    assert {house["admin"].id, house["machine"]["id"], boss.id, estate.admin.id} <= seen(items)
    assert house["early"].id not in seen(items) and above(items) == set()
    own, = [i for i in items if i["principal"]["id"] == house["machine"]["id"]]
    assert own["principal"] == {"id": house["machine"]["id"], "kind": "client", "tenant_id": house["id"]}
    assert (own["role"]["name"], own["role"]["origin"], own["inherited"]) == ("provisioner", "builtin", False)
    inherited, = [i for i in items if i["principal"]["id"] == boss.id]
    assert inherited["inherited"] and inherited["grant"]["tenant_id"] == estate.id("alpha")
    assert inherited["grant"] == admin.get(f"/v1/grants/{inherited['grant']['id']}").json()


def test_who_can_is_who_may(estate, admin, house):
    """A role that lacks it, and a scope that does not reach, let nobody in."""
    for role, scope, at in (("viewer", "subtree", "alpha"), ("partner_admin", "self", "alpha"), ("partner_admin", "subtree", "alpha")):
        person = estate.person("alpha", role, scope, at=at)
        may = person.client.post("/v1/me/can", {"checks": [{"action": "user:create", "type": "tenant", "id": house["id"]}]}).json()
        items = access(admin, house["id"], permission="user:create")
        assert (person.id in seen(items)) == may["results"][0]["allowed"]


def test_without_a_permission_it_is_who_can_do_anything(estate, admin, house):
    viewer = estate.person(house["name"], "viewer", log_in=False)
    assert viewer.id in seen(access(admin, house["id"]))
    assert viewer.id not in seen(access(admin, house["id"], permission="user:create"))


def test_at_another_time_dates_are_judged_by_that(estate, admin, house):
    leaver = estate.person(house["name"], log_in=False)
    estate.grant(house["name"], leaver.id, "viewer", expires_at=moment(3600))
    now, later = access(admin, house["id"]), access(admin, house["id"], at=moment(7200))
    assert leaver.id in seen(now) and house["early"].id not in seen(now)
    assert leaver.id not in seen(later) and house["early"].id in seen(later)


def test_who_is_suspended_can_do_nothing(estate, admin, house):
    admin.post(f"/v1/users/{house['admin'].id}/suspend")
    assert house["admin"].id not in seen(access(admin, house["id"]))
    assert list(admin.pages(f"/v1/users/{house['admin'].id}/permissions")) == []


def test_those_above_are_a_role_a_number_and_a_pseudonym(estate, house):
    """Of the partner's people the customer sees no id, no grant and no tenant; the pseudonym is that of its audit."""
    boss = estate.person("alpha", "partner_admin")
    items = access(house["admin"].client, house["id"], permission="tenant:update")
    assert seen(items) == {house["admin"].id}
    partners = [i for i in items if i["above"] and i["role"]["name"] == "partner_admin"]
    assert {i["above"]["number"] for i in partners} == {len({i["above"]["pseudonym"] for i in partners})}
    assert all((i["principal"], i["grant"], i["inherited"], i["role"]["tenant_id"]) == (None,) * 4 for i in partners)
    assert boss.id not in str(items) and estate.id("alpha") not in str(items)
    boss.client.patch(f"/v1/tenants/{house['id']}", {"name": unique("renamed")})
    event, = house["admin"].client.pages(f"/v1/tenants/{house['id']}/audit", action="updateTenant")
    assert event["actor"]["pseudonym"] in {i["above"]["pseudonym"] for i in partners}


def test_two_tenants_cannot_match_their_pseudonyms(estate, house):
    boss = estate.person("alpha", "partner_admin")
    other = estate.person("alpha_two", "customer_admin").client
    here = [above(access(house["admin"].client, house["id"])) for _ in range(2)]
    there = above(access(other, estate.id("alpha_two")))
    assert here[0] == here[1] and boss.id
    assert len(here[0]) > 1 and len(there) > 1
    assert not {name for _, name, _ in here[0]} & {name for _, name, _ in there}


def test_a_page_goes_on_from_those_who_are_seen_to_those_above(estate, house):
    estate.person("alpha", "partner_admin")
    whole = access(house["admin"].client, house["id"])
    assert access(house["admin"].client, house["id"], limit=1) == whole
    assert [bool(item["above"]) for item in whole] == sorted(bool(item["above"]) for item in whole)


def test_somebody_from_above_with_a_grant_here_is_above(estate, house):
    """A grant at the tenant itself does not tell who holds it."""
    manager = estate.person("alpha", "auditor", at=house["name"])
    items = access(house["admin"].client, house["id"], permission="audit:read")
    assert manager.id not in str(items)
    assert ("auditor", 1) in {(role, number) for role, _, number in above(items)}


@pytest.mark.parametrize("asked", [{"permission": "door:open"}, {"at": "yesterday"}, {"limit": 0}])
def test_what_is_no_question_is_named(admin, house, asked):
    problem = admin.problem("GET", f"/v1/tenants/{house['id']}/access", 400, "malformed", params=asked)
    assert [error["field"] for error in problem["errors"]] == list(asked)


# What a user can do.

def permissions(caller, user, **asked):
    return list(caller.pages(f"/v1/users/{user}/permissions", **asked))


def test_what_a_user_can_do_is_what_their_grants_permit(estate, admin):
    person = estate.person("alpha", "viewer", at="alpha_one")
    estate.grant("alpha_two", person.id, "helpdesk", scope="self")
    estate.grant("alpha_two", person.id, "auditor", expires_at=moment(3600), not_before=moment(1800))
    items = permissions(admin, person.id)
    assert [item["grant"] for item in items] == [g for g in admin.pages(f"/v1/users/{person.id}/grants") if g["not_before"] is None]
    roots = person.client.get("/v1/me").json()["roots"]
    told = {(i["grant"]["tenant_id"], i["grant"]["scope"], tuple(i["permissions"])) for i in items}
    assert told == {(r["tenant_id"], r["scope"], tuple(r["permissions"])) for r in roots}
    assert len(permissions(admin, person.id, at=moment(2000), limit=1)) == 3
    assert len(permissions(admin, person.id, at=moment(4000))) == 2


def test_what_is_held_where_the_caller_does_not_see_is_not_there(estate, admin):
    person = estate.person("alpha", "viewer", at="alpha_one")
    estate.grant("alpha", person.id, "auditor", scope="self")
    narrow = estate.actor("alpha", "partner_admin", "self")
    assert [i["grant"]["tenant_id"] for i in permissions(narrow, person.id)] == [estate.id("alpha")]
    assert len(permissions(admin, person.id)) == 2
    estate.actor("alpha_one", "customer_admin").problem("GET", f"/v1/users/{person.id}/permissions", 404, "not_found")


def test_several_roots_work_in_every_question(estate, admin):
    """A partner's account manager, with grants at two customers and none at the partner."""
    manager = estate.person("alpha", "customer_admin", at="alpha_one")
    estate.grant("alpha_two", manager.id, "customer_admin")
    caller, places = manager.client, [estate.id("alpha_one"), estate.id("alpha_two")]
    assert sorted(t["id"] for t in caller.pages("/v1/tenants")) == sorted(places)
    assert sorted(root["tenant_id"] for root in caller.get("/v1/me").json()["roots"]) == sorted(places)
    for place, name in zip(places, ("alpha_one", "alpha_two")):
        assert caller.get(f"/v1/tenants/{place}").json()["parent_id"] is None
        assert [t["id"] for t in caller.pages(f"/v1/tenants/{place}/children", scope="subtree")] == [place]
        assert [t["id"] for t in caller.get(f"/v1/tenants/{place}/breadcrumb").json()["items"]] == [place]
        caller.post(f"/v1/tenants/{place}/users", {"login": unique("user")}, 201)
        user = estate.person(name, log_in=False).id
        assert user in [u["id"] for u in caller.pages(f"/v1/tenants/{place}/users")]
        grant = caller.post(f"/v1/tenants/{place}/grants", {"principal_id": user, "role": "viewer", "scope": "self"}, 201).json()
        assert caller.get(f"/v1/grants/{grant['id']}").json() == grant
        assert grant["id"] in [g["id"] for g in caller.pages(f"/v1/tenants/{place}/grants", principal_id=user)]
        assert [i["grant"]["id"] for i in permissions(caller, user)] == [grant["id"]]
        assert user in seen(access(caller, place, permission="tenant:read"))
        assert grant["id"] in [e["object_id"] for e in caller.pages(f"/v1/tenants/{place}/audit", action="createGrant")]
        assert caller.get(f"/v1/roles/{grant['role_id']}").json()["name"] == "viewer"
    caller.problem("GET", f"/v1/tenants/{estate.id('alpha')}/access", 404, "not_found")
    mine = access(caller, places[0], permission="tenant:update")
    assert manager.id not in seen(mine) and above(mine)
