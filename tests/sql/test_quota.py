"""Quotas are never exceeded and always counted right, whatever is done at the same time."""
import random
import secrets
import threading
from collections import defaultdict

import psycopg
import pytest
from psycopg import errors
from test_walls import LOCK
from tree import MOVE, root, tenant

WORLDS, CREATORS, STEPS = 4, 4, 40
USER = """INSERT INTO principal (id, tenant_id, tenant_path, tenant_boundary, kind, state, login, login_key, display_name, name_key)
          SELECT gen_random_uuid(), t.id, t.path, t.boundary, 'user', 'invited', k, k, 'U', 'u'
            FROM tenant t, unnest(%s::text[]) k WHERE t.id = ANY (%s) RETURNING id"""
GIVE = """INSERT INTO quota AS q (tenant_id, tenant_path, tenant_boundary, pool, allotted)
          SELECT t.id, t.path, t.boundary, %s, %s FROM tenant t WHERE t.id = %s
              ON CONFLICT (tenant_path, pool) DO UPDATE SET allotted = EXCLUDED.allotted"""
HOLD = "SELECT pg_advisory_xact_lock_shared(hashtext('bailiwick tree'))"
# What a rule, another's change, or too little of a quota may answer.
EXPECTED = (errors.CheckViolation, errors.ForeignKeyViolation, errors.DeadlockDetected, errors.UniqueViolation)


@pytest.fixture
def db(cluster):
    with cluster.connect("postgres") as connection:
        yield connection
        connection.rollback()


def users(connection, place, count=1):
    return connection.execute(USER, [[secrets.token_hex(8) for _ in range(count)], [place.id]]).fetchall()


def give(connection, place, allotted, pool="users"):
    connection.execute(GIVE, [pool, allotted, place.id])


def counted(connection, place, pool="users"):
    return connection.execute("SELECT used, given FROM quota JOIN quota_counter c ON c.id = counter WHERE tenant_id = %s AND pool = %s",
                              [place.id, pool]).fetchone()


def refused(connection, do, *arguments):
    with pytest.raises(psycopg.Error) as caught, connection.transaction():
        do(connection, *arguments)
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return caught.value.diag.constraint_name or caught.value.sqlstate


def end(connection, place, over=True):
    when = "now()" if over else "NULL"
    connection.execute(f"UPDATE tenant SET terminated_at = {when}, purge_due = {when}, names_until = {when} WHERE id = %s", [place.id])


def test_what_is_given_lies_ready_below_and_is_gone_above(db):
    partner = tenant(db, root(db))
    customer = tenant(db, partner, "customer")
    users(db, partner, 2)
    users(db, customer, 3)
    give(db, partner, 10)
    assert counted(db, partner) == (5, 0)
    give(db, customer, 7)
    assert (counted(db, partner), counted(db, customer)) == ((2, 7), (3, 0))
    assert refused(db, users, customer, 5) == "quota_room"
    assert refused(db, users, partner, 2) == "quota_room"
    assert refused(db, give, customer, 9) == "quota_room"
    assert refused(db, give, customer, 2) == "BW004"
    db.execute("DELETE FROM quota WHERE tenant_id = %s", [customer.id])
    assert counted(db, partner) == (5, 0)


def test_what_is_over_takes_nothing_until_it_is_restored(db):
    partner = tenant(db, root(db))
    middle = tenant(db, partner)
    customer = tenant(db, middle, "customer")
    users(db, customer, 3)
    give(db, partner, 4)
    give(db, partner, 2, "tenants")
    end(db, customer)
    end(db, middle)
    assert (counted(db, partner), counted(db, partner, "tenants")) == ((0, 0), (0, 0))
    users(db, partner, 3)
    end(db, middle, over=False)
    assert (counted(db, partner), counted(db, partner, "tenants")) == ((3, 0), (1, 0))
    assert refused(db, lambda c, t: end(c, t, over=False), customer) == "quota_room"


def test_a_move_needs_room_where_it_goes(db):
    one, two = tenant(db, root(db)), tenant(db, root(db))
    moved = tenant(db, one)
    users(db, moved, 3)
    for place, allotted in ((one, 5), (two, 2)):
        give(db, place, allotted)
    assert refused(db, lambda c, *ids: c.execute(MOVE, ids), moved.id, two.id) == "quota_room"
    give(db, two, 3)
    db.execute(MOVE, [moved.id, two.id])
    db.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert (counted(db, one), counted(db, two)) == ((0, 0), (3, 0))


def test_the_root_has_no_quota(db):
    assert refused(db, give, root(db), 5) == "quota_has_giver"


# Random worlds

def create_users(c, choose, places):
    chosen = choose.sample(places, 2)
    c.execute(USER, [[secrets.token_hex(8) for _ in range(choose.randint(1, 3))], [place.id for place in chosen]])


def create_tenant(c, choose, places):
    c.execute(HOLD)
    tenant(c, choose.choice(places))


def end_or_restore_user(c, choose, places):
    # What is over would be restored by nothing but the next version: the count does not mind.
    c.execute("""UPDATE principal SET state = CASE state WHEN 'terminated' THEN 'invited' ELSE 'terminated' END
                  WHERE id = (SELECT id FROM principal WHERE tenant_id = %s ORDER BY random() LIMIT 1)""", [choose.choice(places).id])


def end_or_restore_tenant(c, choose, places):
    c.execute("""UPDATE tenant t SET terminated_at = x.at, purge_due = x.at, names_until = x.at
                   FROM (SELECT id, CASE WHEN terminated_at IS NULL THEN now() END AS at FROM tenant WHERE id = %s FOR NO KEY UPDATE) x
                  WHERE t.id = x.id""", [choose.choice(places).id])


def move_tenant(c, choose, places):
    moved, parent = choose.sample(places, 2)
    c.execute(LOCK)
    below = c.execute("SELECT starts_with(i.path || '/', o.path || '/') FROM tenant i, tenant o WHERE i.id = %s AND o.id = %s",
                      [parent.id, moved.id]).fetchone()[0]
    if not below:
        c.execute(MOVE, [moved.id, parent.id])


def move_user(c, choose, places):
    c.execute(HOLD)
    one, two = choose.sample(places, 2)
    c.execute("""UPDATE principal p SET tenant_id = t.id, tenant_path = t.path, tenant_boundary = t.boundary FROM tenant t
                  WHERE t.id = %s AND p.id = (SELECT id FROM principal WHERE tenant_id = %s LIMIT 1)""", [two.id, one.id])


def set_quota(c, choose, places):
    place = choose.choice(places)
    c.execute(HOLD)
    pool = choose.choice(["users", "users", "tenants"])
    if choose.random() < 0.3:
        c.execute("DELETE FROM quota WHERE tenant_id = %s AND pool = %s", [place.id, pool])
    else:
        give(c, place, choose.randint(0, 30), pool)


STEP = [create_users] * 8 + [create_tenant] * 3 + [end_or_restore_user] * 2 + [end_or_restore_tenant, move_tenant, move_user] + [set_quota] * 4


def create(cluster, places, seed, unexpected, done):
    """One of several who do at the same time whatever comes to their mind."""
    choose = random.Random(seed)
    with cluster.connect("postgres") as connection:
        connection.execute("SET deadlock_timeout = '20ms'")
        connection.commit()
        for _ in range(STEPS):
            step = choose.choice(STEP)
            try:
                step(connection, choose, places)
                connection.commit()
                done.append(step.__name__)
            except psycopg.Error as failure:
                connection.rollback()
                known = isinstance(failure, EXPECTED) or failure.sqlstate in ("BW002", "BW004")
                if not known or failure.diag.constraint_name == "quota_counts":
                    unexpected.append(failure)


def nearest(limited, path, ended):
    """The first of a path's line, from itself up, that has a quota; none where something in between is over."""
    while path and path not in limited:
        if path in ended:
            return None
        path = path[:-9]
    return path or None


def naive(connection, top):
    """What every quota should count, said in another way: (path, pool) -> [used, given]."""
    rows = connection.execute("SELECT path, terminated_at IS NOT NULL FROM tenant WHERE starts_with(path, %s)", [top.path]).fetchall()
    ended = {path for path, over in rows if over}
    quotas = connection.execute("SELECT tenant_path, pool, allotted FROM quota WHERE starts_with(tenant_path, %s)", [top.path]).fetchall()
    limited = {pool: {path for path, p, _ in quotas if p == pool} for pool in ("users", "tenants")}
    counts = defaultdict(lambda: [0, 0])
    for path, in connection.execute("SELECT tenant_path FROM principal WHERE kind = 'user' AND state <> 'terminated'"):
        counts[nearest(limited["users"], path, ended), "users"][0] += 1
    for path, over in rows:
        if not over:
            counts[nearest(limited["tenants"], path[:-9], ended), "tenants"][0] += 1
    for path, pool, allotted in quotas:
        if path not in ended:
            counts[nearest(limited[pool], path[:-9], ended), pool][1] += allotted
    return counts


def world(cluster, seed):
    """Gives what went wrong in one, and how many changes were made in it."""
    choose = random.Random(seed)
    with cluster.connect("postgres") as connection:
        top = tenant(connection, root(connection))
        places = [top]
        for _ in range(9):
            places.append(tenant(connection, choose.choice(places[-4:])))
        give(connection, top, 25)
        give(connection, top, 20, "tenants")
        connection.commit()
        wrong, done = [], []
        threads = [threading.Thread(target=create, args=(cluster, places, seed * 100 + i, wrong, done)) for i in range(CREATORS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        expected = naive(connection, top)
        rows = connection.execute("SELECT tenant_path, pool, used, given, c.allotted FROM quota JOIN quota_counter c ON c.id = counter "
                                  "WHERE starts_with(tenant_path, %s)", [top.path]).fetchall()
        for path, pool, used, given, allotted in rows:
            if [used, given] != expected[path, pool] or used + given > allotted:
                wrong.append((seed, path, pool, used, given, expected[path, pool], allotted))
        connection.rollback()
    return wrong, len(done)


def test_random_worlds_with_concurrent_creators_are_counted_right(cluster):
    wrong, changes = [], 0
    for seed in range(WORLDS):
        found, done = world(cluster, seed)
        wrong += found
        changes += done
    print(f"{WORLDS} worlds, {changes} changes by {CREATORS} at once, {len(wrong)} violations")
    assert wrong == [] and changes > WORLDS * STEPS
