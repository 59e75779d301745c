"""A small estate made through the API, everybody who may try something in it, and the oracle of who may do what.

provider > p1 (distributor) > {p1a (partner) > {a, b}, d}, p2 > {c}, p3 (suspended with all below), p4 (its staff suspended).
"""
import datetime
import itertools
import re
import secrets
import time
import uuid
from dataclasses import dataclass, field

from service import Api
from support.keys import new_jwk
from support.source import ROOT

COUNTER = itertools.count(1)


def builtin_roles():
    """name -> (id, permissions) as the migrations put them in."""
    text = "".join(path.read_text() for path in sorted((ROOT / "sql/migrate").glob("*.sql")))
    roles = {name: (role, frozenset(permissions.split(","))) for role, name, permissions
             in re.findall(r"\('([0-9a-f-]{36})', '(\w+)', '[^']*',\s*'{([^}]*)}'", text)}
    added = re.findall(r"SET permissions = permissions \|\| ('{[^}]*}'|ARRAY\[[^]]*\])\s+WHERE builtin AND name IN \(([^)]*)\)", text)
    for listed, names in added:
        permissions = ",".join(re.findall(r"\w+:\w+", listed))
        for name in re.findall(r"\w+", names):
            roles[name] = (roles[name][0], roles[name][1] | frozenset(permissions.split(",")))
    return roles


ROLES = builtin_roles()

# What no grant at a tenant of a kind gives.
CREATIONS = {"partner": {"tenant:create_partner"}, "customer": {"tenant:create_partner", "tenant:create_customer"}}


def unused(word):
    """A name that nothing has yet."""
    return f"{word}{next(COUNTER)}x{secrets.token_hex(3)}"


def random_id():
    """Of the form that the service gives its own."""
    bits = int(time.time() * 1000) << 80 | secrets.randbits(80)
    return str(uuid.UUID(int=bits & ~(0xF << 76 | 0x3 << 62) | 0x7 << 76 | 0x2 << 62))


@dataclass(eq=False)
class Tenant:
    name: str
    kind: str
    id: str
    code: str
    parent: "Tenant" = None
    state: str = "active"
    # One standing thing of each kind: user, client, group, grant, role.
    things: dict = field(default_factory=dict)
    # By kind, one that has several of whatever it can have.
    many: dict = field(default_factory=dict)

    def line(self):
        """Itself, its parent, and so on to the root of the tree."""
        tenant = self
        while tenant:
            yield tenant
            tenant = tenant.parent

    def within(self, other):
        return other in self.line()


@dataclass(eq=False)
class Grant:
    tenant: Tenant
    role: str
    reach: str = "subtree"
    in_force: bool = True
    id: str = None

    @property
    def permissions(self):
        return ROLES[self.role][1] - CREATIONS.get(self.tenant.kind, set())

    def reaches(self, tenant):
        if not tenant or not self.in_force:
            return False
        return tenant is self.tenant if self.reach == "self" else tenant.within(self.tenant)


@dataclass(eq=False)
class Actor:
    name: str
    home: Tenant = None
    grants: list = field(default_factory=list)
    kind: str = "user"
    id: str = None
    login: str = None
    password: str = None
    token: str = None
    refresh: str = None
    # Credentials that are none, or are no longer.
    dead: bool = False

    def sees(self, tenant):
        return any(grant.reaches(tenant) for grant in self.grants)

    def may(self, permission, tenant):
        """Nobody creates a tenant under a customer, or a partner by a grant that is not the provider's."""
        if tenant and tenant.kind == "customer" and permission in CREATIONS["customer"]:
            return False
        return any(grant.reaches(tenant) and permission in grant.permissions for grant in self.grants)

    def may_below(self, permission, tenant):
        """A grant that reaches the tenant alone does not reach what is put below it."""
        return self.may(permission, tenant) and any(
            grant.reaches(tenant) and grant.reach == "subtree" and permission in grant.permissions for grant in self.grants)

    def roots(self, permission):
        return [grant for grant in self.grants if grant.in_force and permission in grant.permissions]

    def sees_role(self, owner):
        """A role lies in a root's rows or flows down to its tenant."""
        return any(grant.reaches(owner) or grant.tenant.within(owner) for grant in self.roots("role:read"))


class Estate:
    """What is made, always by the first administrator and through the API."""

    def __init__(self, service):
        self.service = service
        self.api = Api(service.main.port)
        self.brief = Api(service.brief.port)
        self.roots = {}
        self.admin = Actor("provider_admin", login="admin", password=secrets.token_urlsafe(18))
        answer = self.api.must(200, "POST", "/v1/invitations/accept",
                               body={"token": service.main.token, "password": self.admin.password})
        provider = Tenant("provider", "provider", None, answer["tenant"])
        self.admin.home = provider
        self.sign_in(self.admin)
        me = self.api.must(200, "GET", "/v1/me", self.admin.token)
        self.admin.id, provider.id = me["id"], me["tenant_id"]
        self.admin.grants = [Grant(provider, "provider_admin")]
        self.tenants = {"provider": provider}

    def made(self, path, body, **more):
        return self.api.must(201, "POST", path, self.admin.token, body=body, **more)

    def tenant(self, name, kind, parent, **more):
        made = self.made("/v1/tenants", {"parent_id": parent.id, "kind": kind, "name": unused(name), **more})
        return Tenant(name, kind, made["id"], made["code"], parent)

    def keep(self, name, kind, parent):
        self.tenants[name] = self.tenant(name, kind, parent)
        return self.tenants[name]

    def user(self, tenant, **more):
        return self.made(f"/v1/tenants/{tenant.id}/users", {"login": unused("user"), **more})["id"]

    def client(self, tenant):
        return self.made(f"/v1/tenants/{tenant.id}/clients", {"display_name": unused("client")})["client"]["id"]

    def group(self, tenant):
        """With the tenant's user in it, where that has one yet."""
        group = self.made(f"/v1/tenants/{tenant.id}/groups", {"display_name": unused("group")})["id"]
        if "user" in tenant.things:
            self.made(f"/v1/groups/{group}/members", {"principal_id": tenant.things["user"]})
        return group

    def role(self, tenant):
        return self.made(f"/v1/tenants/{tenant.id}/roles", {"name": unused("role"), "permissions": ["tenant:read"]})["id"]

    def grant(self, tenant, principal, role="viewer", scope="self", **more):
        body = {"principal_id": principal, "role": role, "scope": scope, **more}
        return self.made(f"/v1/tenants/{tenant.id}/grants", body)["id"]

    def proof(self, kind, client):
        """The id of a new secret or key of the client."""
        if kind == "key":
            return self.made(f"/v1/clients/{client}/keys", {"jwk": new_jwk()})["id"]
        return self.made(f"/v1/clients/{client}/{kind}s", {"name": unused(kind)})[kind]["id"]

    def job(self, tenant, actor=None, **wanted):
        """The id of a new import job of the actor's, the administrator's unless said otherwise."""
        path = f"/v1/tenants/{tenant.id}/imports"
        return self.api.must(201, "POST", path, (actor or self.admin).token, body=wanted)["id"]

    def session(self, user):
        """The id of a session of the user's; put in by SQL, for where a tenant is suspended nobody signs in."""
        session = random_id()
        with self.service.cluster.connect("postgres") as connection:
            connection.execute(
                "INSERT INTO session (id, principal_id, tenant_id, tenant_path, tenant_boundary, epoch, strength, audience, expires_at) "
                "SELECT %s, id, tenant_id, tenant_path, tenant_boundary, epoch, 1, 'service', now() + interval '1 day' "
                "FROM principal WHERE id = %s", [session, user])
        return session

    def fresh(self, kind, tenant):
        """The id of a new thing in the tenant, for whoever is about to spoil it."""
        if kind == "grant":
            return self.grant(tenant, self.user(tenant))
        return {"user": self.user, "client": self.client, "group": self.group, "role": self.role}[kind](tenant)

    def furnish(self, tenant):
        tenant.things = {kind: self.fresh(kind, tenant) for kind in ("user", "client", "grant")}
        tenant.things["group"] = self.group(tenant)
        for kind in ("secret", "key"):
            tenant.things[kind] = self.proof(kind, tenant.things["client"])
        tenant.things["session"] = self.session(tenant.things["user"])
        tenant.things["import"] = self.job(tenant)

    def custom_role(self, tenant, connection):
        """Put in by SQL: some of the worlds have nobody yet who could make one."""
        tenant.things["role"] = random_id()
        connection.execute(
            "INSERT INTO role (id, tenant_id, tenant_path, tenant_boundary, name, permissions) "
            "SELECT %s, id, path, boundary, %s, '{tenant:read}' FROM tenant WHERE id = %s",
            [tenant.things["role"], unused("role"), tenant.id])

    # People and machines

    def invited(self, actor):
        """A user with a password of their own choice."""
        actor.login, actor.password = unused("person"), secrets.token_urlsafe(18)
        actor.id = self.user(actor.home, login=actor.login)
        token = self.made(f"/v1/users/{actor.id}/invite", None)["token"]
        self.api.must(200, "POST", "/v1/invitations/accept", body={"token": token, "password": actor.password})
        return actor

    def enter(self, actor, **more):
        """Makes the actor and what they hold, and signs them in."""
        if actor.kind == "client":
            made = self.made(f"/v1/tenants/{actor.home.id}/clients", {"display_name": unused("machine")})
            actor.id, actor.password = made["client"]["id"], made["client_secret"]
        else:
            self.invited(actor)
        for grant in actor.grants:
            grant.id = self.grant(grant.tenant, actor.id, grant.role, grant.reach, **more)
        self.sign_in(actor)
        return actor

    def new_tokens(self, actor, api=None):
        """A session more for the actor: (access token, refresh token or None). A person's is of two factors, for some things take
        them always."""
        api = api or self.api
        if actor.kind == "client":
            form = f"grant_type=client_credentials&client_id={actor.id}&client_secret={actor.password}"
            return api.must(200, "POST", "/oauth2/token", form=form)["access_token"], None
        answer = api.must(200, "POST", "/v1/login", body={"login": actor.login, "password": actor.password,
                                                          "tenant": actor.home.code})
        with self.service.cluster.connect("postgres") as connection:
            connection.execute("UPDATE session SET strength = 2, factor_at = now() WHERE id = %s", [answer["session_id"]])
        answer = api.must(200, "POST", "/v1/token/refresh", body={"refresh_token": answer["refresh_token"]})
        return answer["access_token"], answer["refresh_token"]

    def sign_in(self, actor, api=None):
        actor.token, actor.refresh = self.new_tokens(actor, api)

    def suspend_user(self, actor):
        self.api.must(200, "POST", f"/v1/users/{actor.id}/suspend", self.admin.token)
        actor.dead = True

    def suspend(self, tenant, reach, status=200):
        return self.api.must(status, "POST", f"/v1/tenants/{tenant.id}/suspend", self.admin.token, body={"reach": reach})

    def terminate(self, tenant):
        return self.api.must(200, "POST", f"/v1/tenants/{tenant}/terminate", self.admin.token)

    def restore(self, tenant):
        return self.api.must(200, "POST", f"/v1/tenants/{tenant}/restore", self.admin.token)

    def resume(self, tenant):
        return self.api.must(200, "POST", f"/v1/tenants/{tenant.id}/resume", self.admin.token)


def plant(estate):
    """The tenants of the module's first sentence, each with a user, a client, a grant and a role."""
    provider = estate.tenants["provider"]
    p1 = estate.keep("p1", "partner", provider)
    p1a = estate.keep("p1a", "partner", p1)
    for name in ("a", "b"):
        estate.keep(name, "customer", p1a)
    estate.keep("d", "customer", p1)
    estate.keep("c", "customer", estate.keep("p2", "partner", provider))
    estate.keep("p3", "partner", provider)
    estate.keep("p4", "partner", provider)
    with estate.service.cluster.connect("postgres") as connection:
        for tenant in estate.tenants.values():
            estate.furnish(tenant)
            estate.custom_role(tenant, connection)


def cast(estate):
    """Everybody who tries: name -> actor."""
    t = estate.tenants
    actors = [
        Actor("none", dead=True),
        Actor("garbage", token="no.token_at-all", dead=True),
        estate.admin,
        Actor("partner_admin", t["p1"], [Grant(t["p1"], "partner_admin")]),
        Actor("sibling_partner_admin", t["p2"], [Grant(t["p2"], "partner_admin")]),
        Actor("customer_admin", t["a"], [Grant(t["a"], "customer_admin")]),
        Actor("account_manager", t["p1a"], [Grant(t["a"], "customer_admin"), Grant(t["b"], "customer_admin")]),
        Actor("self_admin", t["p1"], [Grant(t["p1"], "partner_admin", "self")]),
        Actor("helpdesk", t["p1"], [Grant(t["p1"], "helpdesk")]),
        Actor("auditor", t["p1"], [Grant(t["p1"], "auditor")]),
        Actor("provisioner", t["p1"], [Grant(t["p1"], "provisioner")]),
        Actor("viewer", t["p1"], [Grant(t["p1"], "viewer")]),
        Actor("client", t["p1a"], [Grant(t["p1a"], "provisioner")], kind="client"),
        Actor("without_grant", t["a"]),
    ]
    for actor in actors:
        if actor.home and not actor.token:
            estate.enter(actor)
    actors += [early(estate), lapsed(estate), expired(estate)]
    for name, home in (("suspended_user", "p1"), ("suspended_tenants_user", "p3"), ("suspended_staff", "p4")):
        actors.append(estate.enter(Actor(name, t[home], [Grant(t[home], "partner_admin")])))
    estate.suspend_user(actors[-3])
    for actor, reach in ((actors[-2], "subtree"), (actors[-1], "staff")):
        estate.suspend(actor.home, reach)
        actor.home.state = reach
        actor.dead = True
    return {actor.name: actor for actor in actors}


def moment(seconds):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)).isoformat()


def early(estate):
    """A grant whose time has not come."""
    p1 = estate.tenants["p1"]
    return estate.enter(Actor("early", p1, [Grant(p1, "partner_admin", in_force=False)]), not_before=moment(86400))


def lapsed(estate):
    """A grant whose time is over before anything is tried."""
    p1 = estate.tenants["p1"]
    actor = estate.enter(Actor("lapsed", p1, [Grant(p1, "partner_admin", in_force=False)]), expires_at=moment(2))
    time.sleep(2)
    return actor


def expired(estate):
    """An access token of a process whose tokens live for a minute; the caller waits for that minute."""
    p1 = estate.tenants["p1"]
    actor = estate.enter(Actor("expired", p1, [Grant(p1, "partner_admin")]))
    estate.sign_in(actor, estate.brief)
    actor.dead = True
    actor.dead_from = time.monotonic() + 61
    return actor
