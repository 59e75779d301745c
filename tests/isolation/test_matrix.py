"""Every route x every actor x every target: what is outside does not exist, and nothing of it changes."""
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from digest import changed
from matrix import ROWS, World
from support.source import routes

THREADS = 8
RELATIONS = {"own", "child", "grandchild", "parent", "sibling", "cousin", "nothing"}
# What nobody holds but at the root of all.
TOP, BELOW = {"tenant:move"}, {"parent", "sibling", "cousin"}


@pytest.fixture(scope="module")
def world(estate, actors):
    return World(estate, actors)


def ask_all(world, cells):
    with ThreadPoolExecutor(THREADS) as pool:
        return [wrong for wrong in pool.map(world.ask, cells) if wrong]


def test_every_route_has_a_row():
    assert [route.operation for route in routes() if route.operation not in ROWS] == []
    assert sorted(set(ROWS) - {route.operation for route in routes()}) == []


def test_every_relation_is_tried(world):
    """Of each route whose target has a place, by somebody who may do it somewhere."""
    for route in routes():
        if world.kind_of(route):
            able = [actor for actor in world.actors.values() if not actor.dead and actor.roots(route.permission)]
            tried = {world.relation(actor, target) for actor in able for target in world.targets(route)}
            wanted = RELATIONS - BELOW if route.permission in TOP else RELATIONS
            assert wanted <= tried, f"{route.operation}: never tried: {wanted - tried}"


def test_the_oracle_says_yes_and_no_of_each_route(world):
    """A matrix in which nobody may, or everybody, would hold nothing."""
    said = {}
    for cell in world.cells():
        said.setdefault(cell.route.operation, set()).add(cell.expected() // 100)
    for route in routes():
        if route.scope not in ("public", "machine"):
            assert 4 in said[route.operation], route.operation
            assert 2 in said[route.operation] or route.scope == "self", route.operation


def test_what_is_outside_does_not_exist(world, digest, capsys):
    cells = list(world.cells())
    time.sleep(max(0, world.actors["expired"].dead_from - time.monotonic()))
    refused = [cell for cell in cells if cell.changes_nothing()]
    before = digest.take()
    found = ask_all(world, refused)
    found += [("leak", f"a refused request wrote: {table}") for table in changed(before, digest.take())]
    found += ask_all(world, [cell for cell in cells if not cell.changes_nothing()])
    leaks = [text for kind, text in found if kind == "leak"]
    wrong = [text for kind, text in found if kind == "wrong"]
    with capsys.disabled():
        print(f"\nmatrix: {len(cells)} requests, {len(leaks)} leaks")
    assert not leaks, "\n".join(leaks[:40])
    assert not wrong, f"{len(wrong)} answers differ from the permission table:\n" + "\n".join(wrong[:40])
