"""What replies and events let slip: no id, address or tenant from above, no name two neighbours could compare, no secret."""
import json
import re

import pytest
from matrix import ROWS, Cell, World
from support.source import ROOT, bare, calls, routes
from world import unused


@pytest.fixture(scope="module")
def world(estate, actors):
    return World(estate, actors)


def everything(service):
    """Every id there is -> the tenant that it stands in, and every path label -> its tenant."""
    with service.cluster.connect("postgres") as connection:
        rows = connection.execute(
            "SELECT id::text, id::text FROM tenant UNION ALL SELECT code, id::text FROM tenant UNION ALL "
            "SELECT label, id::text FROM tenant UNION ALL "
            "SELECT id::text, tenant_id::text FROM principal UNION ALL SELECT id::text, tenant_id::text FROM \"grant\" UNION ALL "
            "SELECT id::text, tenant_id::text FROM audit_event UNION ALL "
            "SELECT id::text, tenant_id::text FROM session UNION ALL SELECT id::text, tenant_id::text FROM vault.totp "
            "UNION ALL SELECT id::text, tenant_id::text FROM client_proof "
            "UNION ALL SELECT id::text, tenant_id::text FROM vault.invitation").fetchall()
        lines = connection.execute("SELECT t.id::text, a.id::text FROM tenant t JOIN tenant a "
                                   "ON starts_with(t.path || '/', a.path || '/')").fetchall()
    above = {}
    for tenant, ancestor in lines:
        above.setdefault(tenant, set()).add(ancestor)
    return dict(rows), above


def own(estate, actor):
    """What one may know of oneself whatever one sees: who one is, where one lives and by which session one asks."""
    session = estate.api.must(200, "GET", "/v1/me", actor.token)["session_id"]
    return {actor.id, actor.home.id, actor.home.code, session} | {grant.id for grant in actor.grants}


def said(reply):
    """The text, without the ids that refused requests asked for: whoever asked had them before."""
    if reply.headers["content-type"] != "application/json":
        return reply.text
    items = reply.body.get("items", [])
    for item in items:
        if item.get("outcome") == "refused":
            item["object_id"] = None
    return json.dumps(items) if items else reply.text


def readable(world, actor):
    """(path, text) of every reply to a GET that this actor is permitted."""
    for route in routes():
        if route.method != "GET" or route.scope == "public":
            continue
        for row in ROWS[route.operation]:
            for target in world.targets(route):
                cell = Cell(world, route, row, actor, target)
                if cell.expected() == 200:
                    request = cell.request()
                    yield request.path, request.send(world.estate.api)


def test_no_reply_names_anything_outside(world, service):
    """Of every list, object, breadcrumb and event that each actor may read."""
    for actor in world.actors.values():
        if actor.dead or actor is world.estate.admin:
            continue
        replies = list(readable(world, actor))
        stands, above = everything(service)
        mine = own(world.estate, actor)
        roots = {(grant.tenant.id, grant.reach) for grant in actor.grants if grant.in_force}
        for path, reply in replies:
            for word in set(re.findall(r"[0-9a-z-]{8,36}", said(reply))) & stands.keys() - mine:
                tenant = stands[word]
                inside = any(tenant == root or (reach == "subtree" and root in above[tenant]) for root, reach in roots)
                assert inside, f"{actor.name} reads {word} of {tenant} at {path}: {reply.text[:2000]}"


# What a policy, and the event of its change, says of passwords.
RULES = {row[0] for row in calls(bare(ROOT / "server/domain/setting.def"), "SETTING")}
SECRETS = re.compile(r'\$argon2|"(\w*(password|hash|seed|digest|secret|token)\w*)"\s*:')


def test_no_reply_holds_a_secret(world):
    """Ancestors and the provider included: no member of what can be read is called so, and no hash is in it (A42)."""
    for name in ("provider_admin", "partner_admin", "customer_admin", "auditor"):
        for path, reply in readable(world, world.actors[name]):
            names = {found.group(1) for found in SECRETS.finditer(reply.text)}
            names -= RULES
            # The list of permissions says of each whether it reads secrets; how somebody signs in, which kind of password they have.
            told = {"permissions": {"secret"}, "sign-in": {"password", "password_set_at"}}.get(path.rpartition("/")[2], set())
            assert names <= told, f"{path}: {names}"


# Events caused from above.

@pytest.fixture(scope="module")
def touched(estate, actors):
    """Somebody of the provider's, and somebody of the partner's, do the same to two neighbours under one request id."""
    tenants = {name: estate.tenants[name] for name in ("a", "b")}
    request = unused("request")
    for tenant in tenants.values():
        for actor in (estate.admin, actors["partner_admin"]):
            for _ in range(2):
                estate.api.must(200, "PATCH", f"/v1/tenants/{tenant.id}", actor.token, body={"name": unused("name")},
                                headers={"X-Request-Id": request})
            estate.api.must(201, "POST", f"/v1/tenants/{tenant.id}/users", actor.token, body={"login": unused("u")},
                            headers={"X-Request-Id": request})
    return tenants


def events(estate, actor, tenant, query=""):
    return estate.api.must(200, "GET", f"/v1/tenants/{tenant.id}/audit?limit=200{query}", actor.token)["items"]


def from_above(found):
    return [event for event in found if "pseudonym" in event["actor"]]


@pytest.fixture(scope="module")
def seen(estate, actors, touched):
    """What the administrators of the two neighbours read of it."""
    return [from_above(events(estate, actors["account_manager"], tenant)) for tenant in touched.values()]


def test_who_acts_from_above_is_a_title_and_a_pseudonym(estate, actors, touched, seen):
    for found in seen:
        titles = {event["actor"]["kind"] for event in found}
        assert titles == {"provider operator", "partner operator"}
        for event in found:
            assert set(event["actor"]) == {"kind", "pseudonym"} and event["address"] is None
    mine = events(estate, actors["customer_admin"], touched["a"])
    assert from_above(mine) and any("id" in event["actor"] for event in mine)


def test_a_pseudonym_is_stable_here_and_means_nothing_next_door(seen):
    here, there = ({event["actor"]["pseudonym"] for event in found} for found in seen)
    assert len(here) >= 2 and not here & there
    by_title = {}
    for event in seen[0]:
        by_title.setdefault(event["actor"]["kind"], set()).add(event["actor"]["pseudonym"])
    assert len(by_title["provider operator"]) == 1


# What is the same everywhere: words of the service's own, and when it was.
COMMON = re.compile(r"[a-zA-Z]*|ES256|client_(secret|key)|(provider|partner|customer) operator|[a-z]+_admin|00000000-0000-7000-8000-0000000000\d\d|"
                    r"\d{4}-\d\d-\d\dT.*Z")


def test_neighbours_have_nothing_to_compare(seen):
    """Beyond the time and what was done: no id of the request, of the actor or of the event is the same."""
    here, there = ({value for event in found for value in strings(event)} for found in seen)
    assert {value for value in here & there if not COMMON.fullmatch(value)} == set()


def strings(value):
    if isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)
    elif isinstance(value, str):
        yield value


def test_an_actor_from_above_is_not_found_by_their_id(estate, actors, touched):
    for above in (estate.admin, actors["partner_admin"]):
        for reader in ("customer_admin", "account_manager"):
            assert events(estate, actors[reader], touched["a"], f"&actor_id={above.id}") == []
    assert events(estate, actors["partner_admin"], touched["a"], f"&actor_id={actors['partner_admin'].id}")


def test_a_refusal_is_told_at_home_alone(estate, actors, service):
    """The tenant that was asked for learns nothing, and the event does not say whether it exists."""
    probe, foreign = actors["sibling_partner_admin"], estate.tenants["a"]
    for path in (f"tenants/{foreign.id}", f"users/{foreign.things['user']}", f"grants/{foreign.things['grant']}"):
        estate.api.must(404, "GET", f"/v1/{path}", probe.token)
    with service.cluster.connect("postgres") as connection:
        strays = connection.execute(
            "SELECT e.action, e.reason, e.tenant_id FROM audit_event e JOIN principal p ON p.id = e.actor_id "
            "WHERE e.outcome = 'refused' AND e.tenant_id <> p.tenant_id").fetchall()
    assert strays == []
    text = json.dumps([event for event in events(estate, actors["customer_admin"], foreign)])
    assert probe.id not in text and probe.home.id not in text


# Objects, seen from two places.

def test_a_role_from_above_has_no_owner(estate, actors):
    role = estate.tenants["p1"].things["role"]
    for name, origin in (("customer_admin", "inherited"), ("account_manager", "inherited"), ("partner_admin", "tenant")):
        shown = estate.api.must(200, "GET", f"/v1/roles/{role}", actors[name].token)
        assert shown["origin"] == origin
        assert shown["tenant_id"] == (estate.tenants["p1"].id if origin == "tenant" else None)
    builtin = estate.api.must(200, "GET", "/v1/roles/00000000-0000-7000-8000-000000000007", actors["customer_admin"].token)
    assert (builtin["origin"], builtin["tenant_id"]) == ("builtin", None)


def test_a_grant_does_not_name_who_gave_it_from_above(estate, actors):
    own_grant = actors["customer_admin"].grants[0].id
    below = estate.api.must(200, "GET", f"/v1/grants/{own_grant}", actors["customer_admin"].token)
    above = estate.api.must(200, "GET", f"/v1/grants/{own_grant}", estate.admin.token)
    assert below["granted_by"] is None and above["granted_by"] == estate.admin.id
    managers = actors["account_manager"].grants[0].id
    assert estate.api.must(200, "GET", f"/v1/grants/{managers}", actors["customer_admin"].token)["principal_id"] is None


def test_an_etag_is_one_viewer_s(estate, actors):
    """Two with different roots cannot tell that they read the same version; nor does one's tag do for the other."""
    tenant = estate.tenants["a"]
    for path in (f"/v1/tenants/{tenant.id}", f"/v1/users/{tenant.things['user']}", f"/v1/clients/{tenant.things['client']}"):
        tags = {name: estate.api.call("GET", path, actors[name].token).headers["etag"]
                for name in ("provider_admin", "partner_admin", "customer_admin")}
        assert len(set(tags.values())) == 3
        reply = estate.api.call("PATCH", path, actors["customer_admin"].token, body={}, headers={"If-Match": tags["partner_admin"]})
        assert reply.status == 412


def test_problems_of_the_outside_say_nothing_of_it(estate, actors):
    """A conflict in a body, a stale tag, a repeated key: none is looked at before the place is."""
    foreign = estate.tenants["c"]
    asked = [("PATCH", f"/v1/tenants/{foreign.id}", {"If-Match": '"x"'}, {"name": 7}),
             ("PATCH", f"/v1/users/{foreign.things['user']}", {"If-Match": '"x"'}, {"login": ""}),
             ("POST", f"/v1/tenants/{foreign.id}/users", {"Idempotency-Key": "k" * 300}, {}),
             ("GET", f"/v1/tenants/{foreign.id}/users?cursor=x&limit=0&nonsense=1", {}, None)]
    for method, path, headers, body in asked:
        reply = estate.api.call(method, path, actors["customer_admin"].token, body=body, headers=headers)
        assert reply.status == 404, f"{path}: {reply}"


def test_an_idempotency_key_is_its_owner_s(estate, actors):
    """The same key by another, or under another root, is another key."""
    key = {"Idempotency-Key": unused("key")}
    ids = set()
    for name, tenant in (("customer_admin", "a"), ("partner_admin", "a"), ("account_manager", "a"), ("account_manager", "b")):
        reply = estate.api.call("POST", f"/v1/tenants/{estate.tenants[tenant].id}/users", actors[name].token,
                                body={"login": unused("n")}, headers=key)
        assert reply.status == 201, f"{name}: {reply}"
        ids.add(reply.body["id"])
    assert len(ids) == 4
