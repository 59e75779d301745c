"""Own path, foreign body; own list, foreign filter; other selectors: SECURITY.md A1 to A8, A17 and A21."""
import itertools
import re

import pytest
from digest import changed
from support.source import routes, tables, uses
from world import Actor, Grant, random_id, unused


@pytest.fixture(scope="module")
def admin(actors):
    """Of the customer a; b is its sibling, c its cousin, p1a its parent."""
    return actors["customer_admin"]


@pytest.fixture(scope="module")
def partner(actors):
    return actors["partner_admin"]


def place(world, kind):
    return {"tenant": world.id}.get(kind) or world.things[kind]


FOREIGN = ("b", "p1a", "p1", "p2", "c", "provider")


def id_fields():
    """(operation, member) of every body member that names something."""
    by_handler, all_tables = uses(), tables()
    for route in routes():
        for variable in by_handler[route.handler].bodies:
            for field in all_tables[variable].fields:
                if field.kind == "id":
                    yield route.operation, field.name


# What each naming member is tried with: its kind of thing.
NAMED = {("createTenant", "parent_id"): "tenant", ("createGrant", "principal_id"): "user",
         ("createGrant", "role_id"): "role", ("explain", "principal_id"): "user", ("explain", "id"): "tenant",
         ("moveTenant", "parent_id"): "tenant", ("moveUser", "tenant_id"): "tenant",
         ("addGroupMember", "principal_id"): "user"}


def test_every_member_that_names_something_is_tried():
    assert set(id_fields()) == set(NAMED)


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_parent_is_no_parent(estate, partner, admin, digest, name):
    tenant = estate.tenants[name]
    for actor in [admin] if tenant.within(partner.home) else [admin, partner]:
        before = digest.take()
        asked = {"name": "x", "kind": "customer"}
        reply = estate.api.call("POST", "/v1/tenants", actor.token, body={**asked, "parent_id": tenant.id})
        nobody = estate.api.call("POST", "/v1/tenants", actor.token, body={**asked, "parent_id": random_id()})
        assert reply.status == 404 and reply.told() == nobody.told()
        assert changed(before, digest.take()) == []


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("kind", ["user", "client", "group"])
def test_a_foreign_principal_joins_no_group(estate, admin, digest, name, kind):
    foreign = estate.tenants[name]
    if foreign.within(admin.home):
        pytest.skip("it is seen, and is at home elsewhere")
    path, before = f"/v1/groups/{admin.home.things['group']}/members", digest.take()
    reply = estate.api.call("POST", path, admin.token, body={"principal_id": foreign.things[kind]})
    nobody = estate.api.call("POST", path, admin.token, body={"principal_id": random_id()})
    assert reply.status == 400 and reply.told() == nobody.told()
    assert changed(before, digest.take()) == []


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("member, kind", [("principal_id", "user"), ("principal_id", "client"), ("role_id", "role")])
def test_a_foreign_principal_or_role_is_none(estate, admin, digest, name, member, kind):
    """A role from above is no foreign one: it flows down, and the ceiling holds it."""
    foreign = estate.tenants[name]
    body = {"principal_id": admin.home.things["user"], "role_id": admin.home.things["role"], "scope": "self"}
    before = digest.take()
    path = f"/v1/tenants/{admin.home.id}/grants"
    reply = estate.api.call("POST", path, admin.token, body={**body, member: foreign.things[kind]})
    nobody = estate.api.call("POST", path, admin.token, body={**body, member: random_id()})
    if kind == "role" and admin.home.within(foreign):
        return
    assert reply.status == 400 and reply.told() == nobody.told()
    assert changed(before, digest.take()) == []


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("kind", ["user", "client"])
def test_nothing_foreign_is_explained(estate, admin, name, kind):
    """Neither what somebody foreign may do here, nor what somebody of one's own may do there."""
    own, foreign = admin.home.things, estate.tenants[name].things[kind]

    def told(**more):
        body = {"principal_id": own["user"], "action": "tenant:read", "type": "tenant", "id": admin.home.id, **more}
        return estate.api.call("POST", "/v1/explain", admin.token, body=body).told()

    assert told(principal_id=foreign) == told(principal_id=random_id()) != told()
    assert told(type=kind, id=foreign) == told(type=kind, id=random_id()) != told()


@pytest.mark.parametrize("name", ["p2", "c", "provider"])
def test_a_foreign_destination_is_none(estate, partner, digest, name):
    """Neither for a user, whom a partner may move, nor for a tenant, which it may not."""
    own, foreign = estate.tenants["a"], estate.tenants[name]
    before = digest.take()
    for path, member, status in ((f"/v1/users/{own.things['user']}/move", "tenant_id", 404),
                                 (f"/v1/tenants/{own.id}/move", "parent_id", 403)):
        replies = [estate.api.call("POST", path, partner.token, body={member: there, "dry_run": True})
                   for there in (foreign.id, random_id())]
        assert replies[0].status == status and replies[0].told() == replies[1].told()
    assert changed(before, digest.take()) == []


def test_a_grant_s_tenant_lies_in_its_principal_s_home(estate, partner, digest):
    """Both inside the giver's subtree, and still not together."""
    t = estate.tenants
    before = digest.take()
    for tenant, home in itertools.product((t["a"], t["d"], t["p1"]), (t["b"], t["p1a"])):
        if not tenant.within(home):
            reply = estate.api.call("POST", f"/v1/tenants/{tenant.id}/grants", partner.token, body={
                "principal_id": home.things["user"], "role": "viewer", "scope": "self"})
            assert (reply.status, reply.code) == (422, "outside_home")
    assert changed(before, digest.take()) == []


# A3: one route, two ids.

# operation -> what {id} is, and what is named with it
TWO_THINGS = {"deleteClientSecret": ("client", "secret"), "deleteClientKey": ("client", "key"),
              "endUserSession": ("user", "session"), "removeGroupMember": ("group", "user"),
              **dict.fromkeys(("getImport", "fillImport", "startImport", "cancelImport", "inviteImported", "listImportResults"), ("tenant", "import"))}


def test_every_route_that_names_two_things_is_tried_here():
    assert {route.operation for route in routes() if len(re.findall(r"{\w+}", route.path)) > 1} == set(TWO_THINGS)


@pytest.mark.parametrize("operation", TWO_THINGS)
@pytest.mark.parametrize("name", ["p1", "p1a", "b", "p2", "c", "provider"])
def test_two_things_that_do_not_belong_together_are_not_there(estate, admin, digest, operation, name):
    """What {id} is, is the caller's own, and what is named with it is another's, or nobody's."""
    route = next(route for route in routes() if route.operation == operation)
    owner, kind = TWO_THINGS[operation]
    path = route.path.replace("{id}", admin.home.things.get(owner, admin.home.id))
    query = "?offset=0" if operation == "fillImport" else ""
    before = digest.take()
    replies = [estate.api.call(route.method, re.sub(r"{\w+}", id, path) + query, admin.token).told()
               for id in (estate.tenants[name].things[kind], random_id(), "nothing")]
    assert replies[0][0] == 404 and replies == [replies[0]] * 3
    assert changed(before, digest.take()) == []


# A2, A8: the target alone says where.

SELECTORS = ("X-Tenant", "X-Tenant-Id", "X-Org-Id", "X-Zitadel-Orgid", "X-Scope-OrgID", "X-Original-URL", "X-Rewrite-URL",
             "X-HTTP-Method-Override", "X-Forwarded-User", "X-User-Id")


def test_no_header_chooses_a_tenant(estate, admin):
    own, foreign = admin.home, estate.tenants["c"]
    for name in SELECTORS:
        for value, path, status in ((own.id, foreign.id, 404), (foreign.id, own.id, 200), ("DELETE", foreign.id, 404)):
            reply = estate.api.call("GET", f"/v1/tenants/{path}", admin.token, headers={name: value})
            assert reply.status == status, name
        reply = estate.api.call("POST", f"/v1/users/{foreign.things['user']}/invite", admin.token, headers={name: own.id})
        assert reply.status == 404, name


def test_a_query_chooses_no_tenant(estate, admin):
    """Members that no query table has are refused, whatever they say."""
    for name in ("tenant", "tenant_id", "id", "parent_id", "root", "low", "path"):
        reply = estate.api.call("GET", f"/v1/tenants?{name}={estate.tenants['c'].id}", admin.token)
        assert reply.status == 400


# A17: what exists next door changes no answer.

def told_without_names(reply):
    """Status, code, and which members there are: ids, names and times differ of themselves."""
    return reply.status, reply.code, sorted(reply.body)


@pytest.mark.parametrize("member", ["login", "external_id", "email"])
def test_a_name_taken_next_door_is_free(estate, admin, member):
    taken = f"{unused('taken')}@example.org"
    for name in ("b", "c", "p1a", "p1", "provider"):
        estate.user(estate.tenants[name], **{member: taken})
    path = f"/v1/tenants/{admin.home.id}/users"
    answers = [estate.api.call("POST", path, admin.token, body={"login": unused("n"), member: name})
               for name in (taken, f"{unused('free')}@example.org")]
    assert answers[0].status == 201 and told_without_names(answers[0]) == told_without_names(answers[1])
    again = [estate.api.call("PATCH", f"/v1/users/{estate.user(admin.home)}", admin.token, body={member: name})
             for name in (f"{unused('free')}@example.org", f"{unused('free')}@example.org")]
    assert told_without_names(again[0]) == told_without_names(again[1])


def test_a_client_s_external_id_taken_next_door_is_free(estate, admin):
    taken = unused("taken")
    for name in ("b", "c", "p1a"):
        estate.made(f"/v1/tenants/{estate.tenants[name].id}/clients", {"display_name": "x", "external_id": taken})
    answers = [estate.api.call("POST", f"/v1/tenants/{admin.home.id}/clients", admin.token,
                               body={"display_name": "x", "external_id": name}) for name in (taken, unused("free"))]
    assert answers[0].status == 201 and told_without_names(answers[0]) == told_without_names(answers[1])


def test_a_sibling_s_external_id_is_not_told(estate, actors):
    """Unique among siblings: who sees no sibling must not find one by a conflict either."""
    p1a, taken = estate.tenants["p1a"], unused("taken")
    estate.tenant(unused("hidden"), "customer", p1a, external_id=taken)
    estate.tenant(unused("hidden"), "partner", estate.tenants["provider"], external_id=taken)
    for actor, tenant in ((actors["customer_admin"], "a"), (actors["account_manager"], "a"), (actors["self_admin"], "p1"),
                          (actors["partner_admin"], "p1")):
        path = f"/v1/tenants/{estate.tenants[tenant].id}"
        answers = [estate.api.call("PATCH", path, actor.token, body={"external_id": name})
                   for name in (taken, unused("free"))]
        assert told_without_names(answers[0]) == told_without_names(answers[1]), actor.name


def test_the_parent_names_its_children_and_is_told_of_a_conflict(estate, actors):
    partner, p1, taken = actors["partner_admin"], estate.tenants["p1"], unused("taken")
    first, second = (estate.tenant(unused("child"), "customer", p1) for _ in range(2))
    for tenant, status in ((first, 200), (second, 409)):
        estate.api.must(status, "PATCH", f"/v1/tenants/{tenant.id}", partner.token, body={"external_id": taken})


# A21: one foreign among a hundred.

def test_a_batch_answers_each_for_itself(estate, actors):
    inside, outside = estate.tenants["a"].id, estate.tenants["c"].id
    for index in (0, 50, 99):
        ids = [inside] * 100
        ids[index] = outside
        checks = [{"action": "tenant:read", "type": "tenant", "id": id} for id in ids]
        results = estate.api.must(200, "POST", "/v1/me/can", actors["customer_admin"].token,
                                  body={"checks": checks})["results"]
        assert [result["allowed"] for result in results] == [i != index for i in range(100)]
    checks.append(checks[0])
    estate.api.must(400, "POST", "/v1/me/can", actors["customer_admin"].token, body={"checks": checks})


def test_me_can_agrees_with_the_oracle(estate, actors):
    """For every actor, permission and tenant; of users, clients and grants through where they stand."""
    from support.source import permissions
    for actor in actors.values():
        if actor.dead:
            continue
        for tenant in estate.tenants.values():
            for kind in ("tenant", "user", "client", "grant"):
                thing = tenant.things.get(kind, tenant.id)
                wanted = sorted(permissions().values())
                checks = [{"action": action, "type": kind, "id": thing} for action in wanted]
                results = estate.api.must(200, "POST", "/v1/me/can", actor.token, body={"checks": checks})["results"]
                # These sessions have one factor: what it keeps them from it names.
                assert [r["allowed"] or "step_up" in r for r in results] == [
                    (actor.may_below if action.startswith("tenant:create_") else actor.may)(action, tenant) for action in wanted], actor.name
                assert {action for action, r in zip(wanted, results) if "step_up" in r} <= {"factor:reset"}


def test_a_machine_is_told_of_tokens_below_its_grant_alone(estate, actors):
    """Of all others what it is told of one that is none."""
    home = estate.tenants["p1a"]
    asker = estate.enter(Actor("asker", home, [Grant(home, "introspector")], kind="client"))
    told = {}
    for actor in [*actors.values(), asker]:
        if actor.token:
            form = f"client_id={asker.id}&client_secret={asker.password}&token={actor.token}"
            told[actor.name] = estate.api.must(200, "POST", "/oauth2/introspect", form=form)
    inside = {actor.name for actor in [*actors.values(), asker] if not actor.dead and actor.home.within(home)}
    assert {name for name, answer in told.items() if answer["active"]} == inside
    assert inside and all(answer == {"active": False} for name, answer in told.items() if name not in inside)
