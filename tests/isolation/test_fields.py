"""What no body or query table lists cannot be set or asked by it: every column of every table, on every route (A14, A22)."""
import pytest
from digest import changed
from matrix import ROWS, Cell, Target, World
from support.source import routes, tables, uses

COLUMNS = """
SELECT DISTINCT column_name FROM information_schema.columns WHERE table_schema IN ('bailiwick', 'vault') ORDER BY 1"""
# Members that say the same in other words, and what an object's machinery answers to.
OTHERS = ["tenant", "permissions", "is_admin", "admin", "roles", "role_ids", "grants", "password", "secret", "totp", "__proto__",
          "constructor", "$set", "email_verified", "verified", "origin", "root", "scope_low", ""]
SOME_ID = "00000000-0000-7000-8000-000000000001"
# RFC 6749 section 3.2: unrecognised parameters are ignored.
FORMS = {"issueClientToken", "introspectToken", "revokeToken"}


@pytest.fixture(scope="module")
def columns(service):
    with service.cluster.connect("postgres") as connection:
        return [row[0] for row in connection.execute(COLUMNS).fetchall()] + OTHERS


@pytest.fixture(scope="module")
def world(estate, actors):
    return World(estate, actors)


def known(variables):
    every = tables()
    return {field.name for variable in variables for field in every[variable].fields}


def refused(reply, name):
    """400, and the member is named."""
    return reply.status == 400 and name[:128] in {error["field"] for error in reply.body.get("errors", [])}


WRITING = [route for route in routes() if uses()[route.handler].bodies]
READING = [route for route in routes() if route.method == "GET" and uses()[route.handler].queries]


def name_of(route):
    return route.operation


@pytest.mark.parametrize("route", WRITING, ids=name_of)
def test_no_column_outside_the_body_s_table_can_be_set(world, columns, digest, route):
    """By the provider's administrator, who may do all that the route does."""
    bodies = uses()[route.handler].bodies
    place = world.estate.tenants["p1"]
    target = Target("p1", place, place.things.get(world.kind_of(route), place.id))
    request = Cell(world, route, ROWS[route.operation][0], world.estate.admin, target).request()
    whole = request.body
    before = digest.take()
    for column in columns:
        if column in known(bodies):
            continue
        request.body = {**whole, column: SOME_ID}
        reply = request.send(world.estate.api)
        assert refused(reply, column), f"{route.operation} took {column}: {reply.status} {reply.text}"
    assert changed(before, digest.take()) == []


def test_a_route_without_a_body_reads_none(world, columns):
    """What the user says is what they said before, but for their state."""
    user = world.estate.fresh("user", world.estate.tenants["p1"])
    token, api = world.estate.admin.token, world.estate.api
    was = api.must(200, "GET", f"/v1/users/{user}", token)
    body = dict.fromkeys(columns, SOME_ID)
    for action in ("invite", "suspend", "resume", "terminate"):
        api.call("POST", f"/v1/users/{user}/{action}", token, body=body)
    now = api.must(200, "GET", f"/v1/users/{user}", token)
    moving = ("state", "updated_at")
    assert {k: v for k, v in now.items() if k not in moving} == {k: v for k, v in was.items() if k not in moving}


@pytest.mark.parametrize("route", READING, ids=name_of)
def test_no_column_outside_the_query_s_table_can_be_asked(world, columns, route):
    queries = uses()[route.handler].queries
    place = world.estate.tenants["p1"]
    path = route.path.replace("{id}", place.things.get(world.kind_of(route), place.id))
    path = path.replace("{import}", place.things["import"])
    for column in columns:
        if column and column not in known(queries):
            reply = world.estate.api.call("GET", f"{path}?{column}=x", world.estate.admin.token)
            assert refused(reply, column), f"{route.operation} took {column}: {reply.status} {reply.text}"


def test_every_route_that_writes_is_tried():
    bodiless = {"logout", "resumeTenant", "terminateTenant", "restoreTenant", "suspendUser", "resumeUser", "terminateUser",
                "inviteUser", "resetUserPassword", "unlockUser",
                "resetUserFactors", "deleteClient", "deleteClientSecret", "deleteClientKey", "deleteRole", "deleteGroup", "removeGroupMember",
                "revokeGrant", "endMySession",
                "endMyOtherSessions", "endUserSession", "endUserSessions", "fillImport", "startImport", "cancelImport"}
    tried = {route.operation for route in WRITING} | FORMS | bodiless
    assert tried == {route.operation for route in routes() if route.method != "GET"}
