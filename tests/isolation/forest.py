"""Random trees made through the API, an administrator in every tenant of them, and what the database holds of each."""
import random

import psycopg
from world import Actor, Grant, unused

LISTED = {"tenant": "tenant", "user": "principal", "client": "principal", "group": "principal", "grant": '"grant"', "role": "role",
          "audit": "audit_event"}
# What may stand under what, as the tree of kinds says; the provider's own row is the service's.
BELOW = {"provider": ("partner", "customer"), "partner": ("partner", "customer")}


def random_tree(estate, seed, size):
    """Tenants below one new partner, deep rather than wide, each with people, a machine, a grant and a role."""
    chance = random.Random(seed)
    tenants = [estate.tenant(unused("tree"), "partner", estate.tenants["provider"])]
    with estate.service.cluster.connect("postgres") as connection:
        for _ in range(size):
            parent = chance.choice([t for t in tenants if t.kind in BELOW][-4:])
            kind = chance.choice(BELOW[parent.kind])
            more = {"external_id": f"e{chance.randrange(10**9)}"} if chance.random() < 0.5 else {}
            tenants.append(estate.tenant(unused("tree"), kind, parent, **more))
        for tenant in tenants:
            estate.furnish(tenant)
            for _ in range(chance.randrange(3)):
                estate.user(tenant)
            estate.custom_role(tenant, connection)
    return tenants


def administrator(estate, tenant, reach="subtree"):
    role = "customer_admin" if tenant.kind == "customer" else "partner_admin"
    return estate.enter(Actor(f"admin of {tenant.name}", tenant, [Grant(tenant, role, reach)]))


def pages(api, token, path, limit):
    """All items of a list, page by page."""
    items, cursor = [], None
    while True:
        joined = f"{path}{'&' if '?' in path else '?'}limit={limit}" + (f"&cursor={cursor}" if cursor else "")
        body = api.must(200, "GET", joined, token)
        items += body["items"]
        cursor = body["next_cursor"]
        if not cursor:
            return items
        assert len(body["items"]) == limit


class Scope:
    """A connection as the service's own role, with the settings that the service would make."""

    def __init__(self, cluster, path, reach="subtree"):
        self.connection = cluster.connect("bailiwick_app", autocommit=True)
        ancestors = [path[:end] for end in range(9, len(path) + 1, 9)]
        settings = {"low": path, "high": path + ("0" if reach == "subtree" else "/"),
                    "ancestors": "{" + ",".join(ancestors) + "}", "consents": "{}"}
        for name, value in settings.items():
            self.connection.execute("SELECT set_config(%s, %s, false)", [f"bailiwick.{name}", value])

    def rows(self, text, parameters=()):
        return self.connection.execute(text, parameters).fetchall()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()


OWNED = """
SELECT format('%I.%I', n.nspname, c.relname), a.attname
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
 WHERE n.nspname IN ('bailiwick', 'vault') AND c.relkind IN ('r', 'p')
   AND a.attname = CASE WHEN c.relname = 'tenant' THEN 'path' ELSE 'tenant_path' END
 ORDER BY 1"""


def owned_tables(cluster):
    """(table, its path column) of every table whose rows are some tenant's."""
    with cluster.connect("postgres") as connection:
        return connection.execute(OWNED).fetchall()


def denied(connection, text, parameters=()):
    """True when the role has no such right at all."""
    try:
        connection.execute(text, parameters)
        return False
    except psycopg.errors.InsufficientPrivilege:
        return True
