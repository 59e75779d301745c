"""An independent model of the rules of delegation: who may give, take, edit and end what, and why not. It shares nothing with the
service but the names of permissions."""
from dataclasses import dataclass, field

PROVIDERS, PARTNERS = {"tenant:create_partner"}, {"tenant:create_customer"}
STARTS = {("provider", "partner"): PROVIDERS, ("partner", "customer"): PARTNERS}
CEILINGS = {"provider": set(), "partner": PROVIDERS, "customer": PROVIDERS | PARTNERS}
FOREVER = 1 << 62


@dataclass(eq=False)
class Tenant:
    id: str
    kind: str
    parent: "Tenant" = None

    def __repr__(self):
        return f"{self.kind} {self.id[-4:]}" + (f" below {self.parent.id[-4:]}" if self.parent else "")

    def line(self):
        tenant = self
        while tenant:
            yield tenant
            tenant = tenant.parent

    def within(self, other):
        return other in self.line()

    @property
    def depth(self):
        return len(list(self.line()))


@dataclass(eq=False)
class Role:
    id: str
    name: str
    owner: Tenant
    own: frozenset
    kinds: tuple
    builtin: bool = False
    includes: tuple = ()

    def all(self):
        """Itself and what it includes, by others too, each once, in a ring too."""
        found = [self]
        for role in found:
            found += [inner for inner in dict.fromkeys(role.includes) if inner not in found]
        return found

    @property
    def permissions(self):
        return frozenset().union(*(role.own for role in self.all()))

    def depth(self, above=()):
        above = (*above, self)
        return 1 + max((role.depth(above) for role in self.includes if role not in above), default=0)

    def __repr__(self):
        return f"role {self.name} of {self.owner}: {sorted(self.permissions)}"


@dataclass(eq=False)
class Principal:
    id: str
    home: Tenant
    state: str = "active"
    machine: bool = False
    caller: object = None
    person: object = None

    def __repr__(self):
        return f"{self.state} {self.id[-4:]} of {self.home}"


@dataclass(eq=False)
class Grant:
    id: str
    tenant: Tenant
    principal: Principal
    role: Role
    reach: str
    begins: float = 0
    ends: float = FOREVER

    def __repr__(self):
        return f"grant of {self.role} to {self.principal} at {self.tenant}, {self.reach}, until {self.ends}"

    def key(self):
        return self.tenant, self.principal, self.role, self.reach


@dataclass
class Act:
    """What somebody tries: `kind` and what it is about."""
    kind: str
    actor: Principal
    tenant: Tenant = None
    principal: Principal = None
    role: Role = None
    grant: Grant = None
    reach: str = "subtree"
    permissions: frozenset = frozenset()
    included: tuple = None  # None: as it is, of one to be none
    begins: float = 0
    ends: float = FOREVER

    def __str__(self):
        about = {name: value for name, value in vars(self).items() if name not in ("kind", "actor") and value}
        return f"{self.kind} by {self.actor} of {about}"


@dataclass
class Model:
    """What there is, and what each rule says of an act: the codes of all that are broken."""
    now: float
    privileged: frozenset
    people_only: frozenset
    grants: list = field(default_factory=list)
    roles: list = field(default_factory=list)
    touched: set = field(default_factory=set)  # (who, whom): has done something to them

    # What somebody may do.

    def live(self, grant):
        return grant.begins <= self.now < grant.ends and grant.principal.state == "active"

    def gives(self, grant, target):
        cut = CEILINGS[grant.tenant.kind] | (CEILINGS["customer"] if target.kind == "customer" else set())
        return grant.role.permissions - cut - (self.people_only if grant.principal.machine else set())

    def reaching(self, actor, target, reach="self"):
        """The actor's live grants that reach the target, with all below it where the reach is so."""
        for grant in self.grants:
            if grant.principal is not actor or not self.live(grant):
                continue
            if grant.tenant is target and (grant.reach == "subtree" or reach == "self"):
                yield grant
            elif grant.tenant is not target and grant.reach == "subtree" and target.within(grant.tenant):
                yield grant

    def may(self, actor, permission, target):
        return any(permission in self.gives(grant, target) for grant in self.reaching(actor, target))

    def sees(self, actor, permission, target, thing):
        """Under the widest of the grants by which the actor may do that there."""
        wide = [g for g in self.reaching(actor, target) if permission in self.gives(g, target)]
        root = min(wide, key=lambda g: (g.tenant.depth, g.reach != "subtree"))
        return thing.within(root.tenant) if root.reach == "subtree" else thing is root.tenant

    def held(self, actor, target, reach):
        """What the actor has to give there."""
        return frozenset().union(*(self.gives(grant, grant.tenant) for grant in self.reaching(actor, target, reach)))

    # The rules.

    def ceiling(self, actor, target, reach, permissions):
        return set() if permissions <= self.held(actor, target, reach) else {"ceiling"}

    def guard(self, actor, target, reach, permissions):
        guarded = permissions & self.privileged and "grant:assign_privileged" not in self.held(actor, target, reach)
        return {"privileged"} if guarded else set()

    def rules(self, principal):
        return any(g.principal is principal and g.ends > self.now and g.role.permissions & self.privileged for g in self.grants)

    def guard_of(self, actor, principal):
        free = not self.rules(principal) or self.may(actor, "grant:assign_privileged", principal.home)
        return set() if free else {"privileged"}

    def guard_gift(self, act, tenant, reach, role, principal):
        """Of a privileged role, or to or from who is privileged already."""
        about = role.permissions | (self.privileged if self.rules(principal) else frozenset())
        return self.guard(act.actor, tenant, reach, about)

    def runs(self, grant):
        """Somebody runs the tenant by it: of one from above it is enough that the grant is in force."""
        in_force = grant.begins <= self.now < grant.ends
        own = grant.principal.home is grant.tenant
        return grant.role.builtin and grant.role.name == f"{grant.tenant.kind}_admin" and in_force and (
            grant.principal.state == "active" or not own)

    def last(self, actor, lost, instead=None):
        """Each that goes leaves one as good, to one of the tenant's own or the same: else those inside cannot take it."""
        left = [g for g in self.grants if g not in lost and self.runs(g)] + ([instead] if instead and self.runs(instead) else [])
        for gone in lost:
            if not self.runs(gone) or not actor.home.within(gone.tenant):
                continue
            if not any(g.tenant is gone.tenant and (g.principal.home is g.tenant or g.principal is gone.principal)
                       and (g.reach == "subtree" or gone.reach == "self") and g.ends >= gone.ends
                       and not (g.principal is gone.principal and g.principal.state != "active") for g in left):
                return {"last_admin"}
        return set()

    def start(self, act):
        """What a giver who does not hold all of it breaks, since or unless they start the tenant."""
        parent = act.tenant.parent
        made = parent and STARTS.get((parent.kind, act.tenant.kind))
        starts = made and act.role.builtin and act.role.name == f"{act.tenant.kind}_admin" and (
            made | {"grant:assign"} <= self.held(act.actor, parent, "subtree")) and (
            act.principal.home is act.tenant and act.principal.state == "active" and not act.principal.machine) and (
            not any(g.tenant is act.tenant and self.runs(g) for g in self.grants))
        if not starts:
            return {"ceiling"}
        return {"four_eyes"} if (act.actor, act.principal) in self.touched else set()

    # The acts.

    def broken(self, act):
        if act.actor.state != "active":
            return {"gate"}
        return getattr(self, act.kind)(act)

    def give(self, act):
        if not self.may(act.actor, "grant:assign", act.tenant):
            return {"gate"}
        seen = self.sees(act.actor, "grant:assign", act.tenant, act.principal.home) and act.tenant.within(act.role.owner)
        broken = set() if seen else {"malformed"}
        broken |= self.start(act) if self.ceiling(act.actor, act.tenant, act.reach, act.role.permissions) else set()
        broken |= self.guard_gift(act, act.tenant, act.reach, act.role, act.principal)
        broken |= {"self_service"} if act.principal is act.actor else set()
        broken |= set() if act.tenant.within(act.principal.home) else {"outside_home"}
        broken |= {"wrong_state"} if act.principal.state == "terminated" else set()
        broken |= set() if act.tenant.kind in act.role.kinds else {"kind_ceiling"}
        broken |= {"not_for_machines"} if act.principal.machine and act.role.permissions & self.people_only else set()
        twin = (act.tenant, act.principal, act.role, act.reach) in [g.key() for g in self.grants]
        return broken | ({"already_exists"} if twin else set())

    def take(self, act):
        grant = act.grant
        if not self.may(act.actor, "grant:revoke", grant.tenant):
            return {"gate"}
        own = {"self_service"} if grant.principal is act.actor else set()
        guarded = self.guard_gift(act, grant.tenant, "self", grant.role, grant.principal)
        return own | guarded | self.last(act.actor, [grant])

    def turn(self, act, permission):
        if not self.may(act.actor, permission, act.principal.home):
            return {"gate"}
        broken = self.guard_of(act.actor, act.principal)
        broken |= {"self_service"} if act.principal is act.actor else set()
        return broken | ({"wrong_state"} if act.principal.state == "terminated" else set())

    def resume(self, act):
        return self.turn(act, "user:resume")

    def end(self, act, permission):
        lost = [g for g in self.grants if g.principal is act.principal and g.tenant is act.principal.home and self.live(g)]
        broken = self.turn(act, permission)
        return broken if "gate" in broken or "self_service" in broken else broken | self.last_of(act, lost)

    def last_of(self, act, lost):
        """With whoever goes, all that they hold goes."""
        others = [g for g in self.grants if g.principal is not act.principal]
        return Model(self.now, self.privileged, self.people_only, others).last(act.actor, lost) if lost else set()

    def suspend(self, act):
        return self.end(act, "user:suspend")

    def terminate(self, act):
        return self.end(act, "user:terminate")

    def known(self, act, owner):
        return set() if all(owner.within(role.owner) for role in act.included or ()) else {"malformed"}

    def make(self, act):
        if not self.may(act.actor, "role:create", act.tenant):
            return {"gate"}
        role = Role(None, "", act.tenant, act.permissions, (), includes=act.included or ())
        broken = self.ceiling(act.actor, act.tenant, "subtree", role.permissions) | self.known(act, act.tenant)
        broken |= self.guard(act.actor, act.tenant, "subtree", role.permissions)
        holdable = [kind for kind, cut in CEILINGS.items() if not cut & role.permissions and all(kind in r.kinds for r in role.includes)]
        return broken | self.bounds(role) | (set() if holdable else {"kind_ceiling"})

    def bounds(self, role):
        return {"limit_reached"} if role.depth() > 4 or len(role.all()) > 17 else set()

    def edit(self, act):
        """As the role would be, with all that include it and whoever holds one of those."""
        role, was = act.role, act.role.permissions
        if not self.may(act.actor, "role:update", role.owner):
            return {"gate"}
        before = role.own, role.includes
        joined = [r for r in act.included or () if r not in role.includes]
        role.own, role.includes = act.permissions or role.own, role.includes if act.included is None else act.included
        try:
            given = (role.permissions - was).union(*(r.permissions for r in joined))
            broken = self.ceiling(act.actor, role.owner, "subtree", given) | self.known(act, role.owner)
            broken |= self.guard(act.actor, role.owner, "subtree", was)
            broken |= {"role_ring"} if any(role in r.all() for r in role.includes) else set()
            return broken.union(*(self.altered(act, r) for r in self.roles if role in r.all()))
        finally:
            role.own, role.includes = before

    def altered(self, act, role):
        """Of one that is or includes what is edited."""
        holders = [g for g in self.grants if g.role is role]
        broken = self.guard(act.actor, act.role.owner, "subtree", role.permissions) | self.bounds(role)
        broken |= {"kind_ceiling"} if any(CEILINGS[kind] & role.permissions for kind in role.kinds) else set()
        broken |= {"kind_ceiling"} if any(set(role.kinds) - set(r.kinds) for r in role.includes) else set()
        broken |= {"self_service"} if any(g.principal is act.actor for g in holders) else set()
        barred = any(g.principal.machine for g in holders) and role.permissions & self.people_only
        return broken | ({"not_for_machines"} if barred else set())

    include = edit

    def drop(self, act):
        if not self.may(act.actor, "role:delete", act.role.owner):
            return {"gate"}
        held = any(g.role is act.role for g in self.grants) or any(act.role in r.includes for r in self.roles)
        return self.guard(act.actor, act.role.owner, "subtree", act.role.permissions) | ({"in_use"} if held else set())
