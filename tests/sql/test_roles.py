"""What roles that include roles come to: as the database flattens them, against a walk by hand over graphs of chance."""
import os
import random
import time

import pytest
from tree import root, tenant

PERMISSIONS = ["tenant:read", "user:read", "client:read", "audit:read", "grant:read", "role:read"]
WORLDS, ROLES = int(os.environ.get("TEST_WORLDS", "12")), 9


@pytest.fixture
def db(cluster):
    """A superuser's transaction of which nothing stays."""
    with cluster.connect("postgres") as connection:
        yield connection
        connection.rollback()


def plant(db, chance):
    """A line of tenants, with roles in them that include roles of theirs or from above: mostly no ring, now and then one."""
    line = [tenant(db, root(db))]
    while len(line) < 3:
        line.append(tenant(db, line[-1]))
    own, includes, places = {}, {}, {}
    for number in range(ROLES):
        place = chance.randrange(3)
        own_of = chance.sample(PERMISSIONS, chance.choice([0, 1, 1, 2]))
        role, = db.execute("""INSERT INTO role (id, tenant_id, tenant_path, tenant_boundary, name, permissions)
            SELECT gen_random_uuid(), id, path, boundary, %s, %s FROM tenant WHERE id = %s RETURNING id""",
                           [f"role-{number}", own_of, line[place].id]).fetchone()
        own[role], includes[role], places[role] = frozenset(own_of), set(), place
    for role in own:
        known = [other for other in own if places[other] <= places[role] and other != role]
        for other in chance.sample(known, min(len(known), chance.choice([0, 1, 1, 2]))):
            includes[role].add(other)
            db.execute("""INSERT INTO role_include (tenant_id, tenant_path, tenant_boundary, role_id, included_id, included_path)
                SELECT r.tenant_id, r.tenant_path, r.tenant_boundary, r.id, x.id, x.tenant_path FROM role r, role x
                 WHERE r.id = %s AND x.id = %s""", [role, other])
    return own, includes


def below(includes, role):
    """Those that it includes, in steps: nearest first."""
    steps = [{role}]
    while steps[-1]:
        steps.append({inner for outer in steps[-1] for inner in includes[outer]} - set().union(*steps))
    return steps[1:]


def test_what_a_role_comes_to_is_what_a_walk_by_hand_says(db):
    seed = int(os.environ.get("TEST_SEED", time.time()))
    chance, compared = random.Random(seed), 0
    for _ in range(WORLDS):
        own, includes = plant(db, chance)
        found = {role: (set(effective), {x for x in inner}, {x for x in outer}) for role, effective, inner, outer in db.execute(
            """SELECT id, role_effective(id, permissions), ARRAY(SELECT role_included(id)), ARRAY(SELECT role_includers(id))
                 FROM role WHERE id = ANY (%s)""", [list(own)])}
        for role in own:
            inner = set().union(*below(includes, role))
            inner |= {role} if any(role in includes[x] for x in inner) else set()
            outer = {x for x in own if role in set().union(*below(includes, x))} | ({role} & inner)
            assert found[role] == (own[role].union(*(own[x] for x in inner)), inner, outer), f"TEST_SEED={seed}"
            for permission in PERMISSIONS:
                source = db.execute("SELECT role_source(id, permissions, %s) ->> 'id' FROM role WHERE id = %s",
                                    [permission, role]).fetchone()[0]
                near = [] if permission in own[role] else [
                    {str(x) for x in step if permission in own[x]} for step in below(includes, role)]
                nearest = next((step for step in near if step), {None})
                assert source in nearest, f"TEST_SEED={seed}"
            compared += 1 + len(PERMISSIONS)
    assert compared == WORLDS * ROLES * (1 + len(PERMISSIONS))
