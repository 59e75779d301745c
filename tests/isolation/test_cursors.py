"""A cursor goes on with one list of one caller's, and tells nothing; changed or another's, it is none (A19)."""
import random
import string

import pytest
from support.source import routes, tables, uses
from world import Actor, Grant, unused

MUTATIONS = 2000
ALPHABET = string.ascii_letters + string.digits + "-_"


def is_list(route):
    every = tables()
    return any(field.name == "cursor" for variable in uses()[route.handler].queries for field in every[variable].fields)


LISTS = [route for route in routes() if is_list(route)]


class Paper:
    """Somebody's first page of a list, and the cursor to its second."""

    def __init__(self, estate, actor, route, place, query=""):
        self.estate, self.actor = estate, actor
        thing = place.many.get(route.scope, place.id)
        self.path = f"{route.path.replace('{id}', thing)}?limit=1{query}"
        self.cursor = self.ask(None).body["next_cursor"]
        assert self.cursor, f"{self.path}: one page only"

    def ask(self, cursor, actor=None):
        token = (actor or self.actor).token
        return self.estate.api.call("GET", self.path + (f"&cursor={cursor}" if cursor is not None else ""), token)


def fill(estate, tenant):
    """Two of everything, a user who can act with two grants and two sessions, and a client with two secrets."""
    for kind in 2 * ("user", "client", "group", "grant"):
        estate.fresh(kind, tenant)
    for _ in range(2):
        estate.tenant("below", "customer", tenant)
        estate.job(tenant)
    holder = estate.invited(Actor(unused("holder"), tenant))
    tenant.many = {"user": holder.id, "client": estate.client(tenant), "group": estate.group(tenant)}
    for member in (tenant.many["user"], tenant.many["client"]):
        estate.made(f"/v1/groups/{tenant.many['group']}/members", {"principal_id": member})
    for role in ("viewer", "helpdesk"):
        estate.grant(tenant, tenant.many["user"], role)
    for kind in ("secret", "key", "key"):
        estate.proof(kind, tenant.many["client"])
    for _ in range(2):
        estate.session(tenant.many["user"])
    return tenant


@pytest.fixture(scope="module")
def place(estate):
    return fill(estate, estate.tenants["p1a"])


@pytest.fixture(scope="module")
def papers(estate, actors, place):
    estate.new_tokens(actors["partner_admin"])  # a second session to list
    return {route.operation: Paper(estate, actors["partner_admin"], route, place) for route in LISTS}


def mutated(chance, cursor, other):
    """The cursor with something done to it."""
    at = chance.randrange(len(cursor))
    return chance.choice([
        lambda: cursor[:at] + chance.choice(ALPHABET) + cursor[at + 1:],
        lambda: cursor[:at] + cursor[at + 1:],
        lambda: cursor[:at],
        lambda: cursor[:at] + chance.choice(ALPHABET) + cursor[at:],
        lambda: cursor + "".join(chance.choices(ALPHABET, k=chance.randrange(1, 64))),
        lambda: cursor[:at] + other[at:],
        lambda: cursor[::-1],
        lambda: cursor + "=",
        lambda: cursor[:at] + "%00" + cursor[at:],
        lambda: cursor.swapcase(),
        lambda: "".join(chance.choices(ALPHABET, k=len(cursor))),
        lambda: "A" * chance.randrange(0, 1100),
    ])()


def test_there_are_lists(papers):
    assert len(papers) >= 8
    for paper in papers.values():
        assert paper.ask(paper.cursor).status == 200


def test_a_changed_cursor_is_none(papers):
    chance, names = random.Random(19), sorted(papers)
    for i in range(MUTATIONS):
        paper = papers[names[i % len(names)]]
        cursor = mutated(chance, paper.cursor, papers[chance.choice(names)].cursor)
        if cursor == paper.cursor:
            continue
        reply = paper.ask(cursor)
        assert reply.status == 400 and "items" not in reply.body, f"{paper.path}&cursor={cursor}: {reply}"


def test_another_s_cursor_is_none(estate, actors, papers):
    """Whoever it is, and whatever else they may see."""
    for paper in papers.values():
        for name in ("provider_admin", "client", "auditor", "sibling_partner_admin"):
            assert paper.ask(paper.cursor, actors[name]).status in (400, 403, 404)
        assert paper.ask(paper.cursor, actors["provider_admin"]).code == "bad_cursor"


def test_a_cursor_of_another_list_target_or_filter_is_none(estate, actors, place, papers):
    for paper in papers.values():
        for other in papers.values():
            if other is not paper:
                assert paper.ask(other.cursor).code == "bad_cursor"
    for route in LISTS:
        if route.scope == "tenant":
            elsewhere = Paper(estate, actors["partner_admin"], route, place).cursor
            path = route.path.replace("{id}", estate.tenants["p1"].id)
            reply = estate.api.call("GET", f"{path}?limit=1&cursor={elsewhere}", actors["partner_admin"].token)
            assert reply.code == "bad_cursor", route.operation
    users = next(route for route in LISTS if route.operation == "listUsers")
    narrow = Paper(estate, actors["partner_admin"], users, place, "&state=invited")
    assert papers["listUsers"].ask(narrow.cursor).code == "bad_cursor"
    assert narrow.ask(papers["listUsers"].cursor).code == "bad_cursor"


def test_a_cursor_s_length_tells_no_depth(estate, place, papers):
    """Of the same list, whoever stands above: how many do is nobody's to know."""
    deep = estate.tenant("deep", "partner", place)
    shallow = estate.tenant("shallow", "partner", estate.tenants["provider"])
    lengths = set()
    for tenant in (fill(estate, deep), fill(estate, shallow)):
        actor = estate.enter(Actor("deep or not", tenant, [Grant(tenant, "partner_admin")]))
        estate.new_tokens(actor)
        lengths.add(tuple(len(Paper(estate, actor, route, tenant).cursor) for route in LISTS))
    assert len(lengths) == 1, lengths
