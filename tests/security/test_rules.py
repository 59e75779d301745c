"""The rules of delegation, in random worlds: whatever anybody tries by whatever path, the service and an independent model agree on
whether it is done, and else on a rule that it breaks. TEST_WORLDS says how many, TEST_SEED repeats them."""
import collections
import datetime
import os
import random
import time

import pytest
from ruled import FOREVER, Act, Grant, Model, Principal, Role, Tenant
from support.contract import Document
from support.estate import Estate, unique
from support.server import Server

WORLDS, ACTS = int(os.environ.get("TEST_WORLDS", "2")), 80
TENANTS, PEOPLE, ROLES, GIFTS = 5, 8, 3, 8
HOUR = 3600
# What stands for a rule on the wire: who may not, or does not see it, is told no more.
CODES = {"gate": {"forbidden", "not_found", "unauthenticated"}, "in_use": {"in_use", "conflict"}}
KINDS = {"give": 8, "take": 4, "suspend": 3, "resume": 4, "terminate": 1, "make": 2, "edit": 3, "include": 4, "drop": 1}


@pytest.fixture(scope="module", name="estate")
def made_estate():
    server = Server()
    try:
        yield Estate(server.start(), Document())
        server.stop()
    finally:
        server.close()


def rfc3339(moment):
    return datetime.datetime.fromtimestamp(moment, datetime.timezone.utc).isoformat()


class World:
    """A partner of chance with what stands below it, and everybody there, who try what they can."""

    def __init__(self, estate, chance):
        self.estate, self.chance, self.api = estate, chance, estate.admin.client
        listed = {row["name"]: row for row in self.api.get("/v1/permissions").json()["items"]}
        self.model = Model(time.time(), frozenset(name for name, row in listed.items() if row["privileged"]),
                           frozenset(name for name, row in listed.items() if row["for_people_only"]))
        self.top = Tenant(estate.id("provider"), "provider")
        self.admin = Principal(estate.admin.id, self.top, caller=self.api)
        self.seen = collections.Counter()
        self.build()

    # What there is.

    def build(self):
        self.tenants = [self.new_tenant(self.top, "partner")]
        for _ in range(TENANTS - 1):
            parent = self.chance.choice([tenant for tenant in self.tenants if tenant.kind == "partner"])
            self.tenants.append(self.new_tenant(parent, self.chance.choice(["partner", "customer", "customer"])))
        self.roles = [Role(row["id"], row["name"], self.top, frozenset(row["permissions"]), tuple(row["kinds"]), True)
                      for row in self.api.pages(f"/v1/tenants/{self.top.id}/roles") if row["origin"] == "builtin"]
        self.model.roles = self.roles
        ruler = next(role for role in self.roles if role.name == "provider_admin")
        self.everything = sorted(ruler.permissions)
        self.model.grants = [Grant(None, self.top, self.admin, ruler, "subtree")]
        self.people = [self.new_person(self.chance.choice(self.tenants)) for _ in range(PEOPLE)]
        self.targets = self.people + [self.new_machine(self.chance.choice(self.tenants)), self.new_invited(self.tenants[-1])]
        self.empower()
        for _ in range(ROLES):
            self.perform(Act("make", self.admin, self.chance.choice(self.tenants), permissions=self.some_permissions()))
        for _ in range(GIFTS):
            self.perform(self.some_act("give", self.admin))

    def empower(self):
        """Most have much to say at home: by the role that runs it, by another, or all of it but over the privileged."""
        admin = {role.name: role for role in self.roles}
        much = admin["customer_admin"].permissions | {"role:create", "role:update", "role:delete"}
        for permissions in (much, much - {"grant:assign_privileged"}):
            self.perform(Act("make", self.admin, self.tenants[0], permissions=permissions))
        for person in self.people[:-2]:
            role = self.chance.choice([admin[f"{person.home.kind}_admin"], *self.roles[-2:]])
            self.perform(Act("give", self.admin, person.home, person, role, ends=self.chance.choice(
                [FOREVER, FOREVER, self.model.now + 3 * HOUR])))

    def new_tenant(self, parent, kind):
        return Tenant(self.estate.new_tenant(kind, parent.id)["id"], kind, parent)

    def new_person(self, home):
        self.estate.tenants["home"] = self.api.get(f"/v1/tenants/{home.id}").json()
        person = self.estate.person("home")
        return Principal(person.id, home, caller=person.client, person=person)

    def new_machine(self, home):
        made = self.api.post(f"/v1/tenants/{home.id}/clients", {"display_name": unique("machine")}, 201).json()
        return Principal(made["client"]["id"], home, machine=True)

    def new_invited(self, home):
        made = self.api.post(f"/v1/tenants/{home.id}/users", {"login": unique("user")}, 201).json()
        return Principal(made["id"], home, "invited")

    # What is tried.

    def some_permissions(self):
        return frozenset(self.chance.sample(self.everything, self.chance.choice([1, 3, 7, len(self.everything) - 5])))

    def some_role(self):
        """Often one that rules others."""
        admins = [role for role in self.roles if role.name.endswith("_admin")]
        return self.chance.choice(self.roles if self.chance.random() < 0.5 else admins)

    def some_act(self, kind, actor):
        act = Act(kind, actor, self.chance.choice(self.tenants), self.chance.choice(self.targets), self.some_role(),
                  permissions=self.some_permissions(), reach=self.chance.choice(["self", "subtree", "subtree"]),
                  begins=self.chance.choice([0] * 6 + [self.model.now + HOUR]),
                  ends=self.chance.choice([FOREVER] * 3 + [self.model.now + 2 * HOUR, self.model.now + 3 * HOUR]))
        if kind == "give" and self.chance.random() < 0.8:  # where they can hold it
            act.tenant = self.chance.choice([tenant for tenant in self.tenants if tenant.within(act.principal.home)])
        own = [role for role in self.roles if not role.builtin]
        if kind in ("suspend", "resume", "terminate"):
            act.principal = self.chance.choice([target for target in self.targets if not target.machine])
        if kind in ("edit", "include", "drop"):
            act.role = self.chance.choice(own) if own else None
        if kind == "include" or kind == "make" and self.chance.random() < 0.5:
            self.include_some(act)
        if kind == "edit" and act.role and self.chance.random() < 0.4:
            act.permissions = frozenset([*act.role.permissions][:-1]) or act.permissions
        if kind == "take":
            given = [grant for grant in self.model.grants if grant.id]
            act.grant = self.chance.choice(given) if given else None
        return act if (kind != "take" or act.grant) and (kind not in ("edit", "include", "drop") or act.role) else None

    def include_some(self, act):
        """Mostly what is known there; of one that is made, besides little of its own."""
        owner = act.role.owner if act.kind == "include" and act.role else act.tenant
        known = [role for role in self.roles if owner.within(role.owner)] if self.chance.random() < 0.9 else self.roles
        small = [role for role in known if len(role.permissions) < 12]
        known = small if small and self.chance.random() < 0.8 else known
        act.included = tuple(self.chance.sample(known, min(len(known), self.chance.choice([1, 1, 2]))))
        if act.kind == "include":
            act.permissions, act.included = frozenset(), act.included if self.chance.random() < 0.8 else ()
        else:
            act.permissions = frozenset([*act.permissions][:1])

    def next_act(self):
        """Mostly one that the actor has the permission for, since the rest is told of soon."""
        act = None
        for _ in range(12):
            kind, = self.chance.choices(list(KINDS), KINDS.values())
            act = self.some_act(kind, self.chance.choice(self.people)) or act
            if act and "gate" not in self.model.broken(act):
                break
        return act

    def perform(self, act):
        broken, reply = self.model.broken(act), self.send(act)
        if reply.status_code < 300:
            assert not broken, f"{act} was done against {broken}"
            self.apply(act, reply)
            self.seen["done"] += 1
            return
        code = reply.json()["code"]
        told = set().union(*(CODES.get(rule, {rule}) for rule in broken))
        assert code in told, f"{act} was refused with {code}, not {broken or 'done'}"
        self.seen[code] += 1

    def send(self, act):
        """Over HTTP, by whoever tries it."""
        call, kind = act.actor.caller.call, act.kind
        if kind == "give":
            body = {"principal_id": act.principal.id, "role_id": act.role.id, "scope": act.reach}
            body |= {"not_before": rfc3339(act.begins)} if act.begins else {}
            body |= {"expires_at": rfc3339(act.ends)} if act.ends != FOREVER else {}
            return call("POST", f"/v1/tenants/{act.tenant.id}/grants", json=body)
        if kind == "take":
            return call("DELETE", f"/v1/grants/{act.grant.id}")
        if kind == "make":
            act.role = Role(None, unique("role"), act.tenant, act.permissions, (), includes=act.included or ())
            return call("POST", f"/v1/tenants/{act.tenant.id}/roles", json={
                "name": act.role.name, "permissions": sorted(act.permissions), "includes": [role.id for role in act.role.includes]})
        if kind == "edit":
            return call("PATCH", f"/v1/roles/{act.role.id}", json={"permissions": sorted(act.permissions)})
        if kind == "include":
            return call("PATCH", f"/v1/roles/{act.role.id}", json={"includes": [role.id for role in act.included]})
        if kind == "drop":
            return call("DELETE", f"/v1/roles/{act.role.id}")
        return call("POST", f"/v1/users/{act.principal.id}/{kind}")

    def apply(self, act, reply):
        model, kind = self.model, act.kind
        if kind == "give":
            model.grants.append(Grant(reply.json()["id"], act.tenant, act.principal, act.role, act.reach, act.begins, act.ends))
        elif kind == "take":
            model.grants.remove(act.grant)
        elif kind == "make":
            act.role.id, act.role.kinds = reply.json()["id"], tuple(reply.json()["kinds"])
            self.roles.append(act.role)
        elif kind == "edit":
            act.role.own = act.permissions
        elif kind == "include":
            act.role.includes = act.included
        elif kind == "drop":
            self.roles.remove(act.role)
        else:
            self.turned(act, reply.json()["state"])

    def turned(self, act, state):
        whom, was = act.principal, act.principal.state
        self.model.touched.add((act.actor, whom))
        if act.kind == "terminate":
            self.model.grants = [grant for grant in self.model.grants if grant.principal is not whom or not self.model.sees(
                act.actor, "user:terminate", whom.home, grant.tenant)]
        whom.state = state
        assert state == {"suspend": "suspended", "terminate": "terminated"}.get(act.kind, state)
        if was == "suspended" and state == "active":
            whom.person.log_in()

    # What came of it.

    def compare(self):
        """All grants, roles and states, as the provider's administrator sees them, and as the model has them."""
        top = self.tenants[0].id
        there = {(g["id"], g["tenant_id"], g["principal_id"], g["role_id"], g["scope"])
                 for g in self.api.pages(f"/v1/tenants/{top}/grants", scope="subtree")}
        assert there == {(g.id, g.tenant.id, g.principal.id, g.role.id, g.reach) for g in self.model.grants if g.id}
        states = {user["id"]: user["state"] for user in self.api.pages(f"/v1/tenants/{top}/users", scope="subtree")}
        assert states == {target.id: target.state for target in self.targets if not target.machine}
        for role in self.roles:
            told = self.api.get(f"/v1/roles/{role.id}").json()
            assert role.builtin or set(told["permissions"]) == role.own
            assert (set(told["effective_permissions"]), set(told["includes"])) == (role.permissions, {r.id for r in role.includes})


def test_no_act_breaks_a_rule_in_worlds_of_chance(estate, capsys):
    seed = int(os.environ.get("TEST_SEED", time.time()))
    seen, chance = collections.Counter(), random.Random(seed)
    for _ in range(WORLDS):
        world = World(estate, chance)
        for _ in range(ACTS):
            world.perform(world.next_act())
        world.compare()
        seen += world.seen
    with capsys.disabled():
        print(f"\nTEST_SEED={seed}: {WORLDS} worlds, {seen.total()} acts, 0 violations; {dict(seen.most_common())}")
    assert seen["done"] > ACTS and len(seen) > 6
