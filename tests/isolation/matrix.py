"""Every route by every actor by every target: how each is asked, and the oracle of what must come back."""
import itertools
import re
import secrets
import threading
from dataclasses import dataclass, field

from support.keys import new_jwk
from support.source import routes
from world import Actor, Tenant, random_id, unused

OUTSIDE = 404
# What routes without a place of their own are about.
ASKED = {"getRole": "role", "explain": "tenant"}
SCOPES_BY_THING = {"tenant": "tenant", "user": "user", "client": "client", "group": "group", "grant": "grant", "role": "role",
                   "parent": "tenant"}


@dataclass
class Target:
    """A thing of the route's kind: a tenant of the world's or what stands in it, an id of another kind, or nothing at all."""
    name: str
    tenant: Tenant = None
    id: str = None


@dataclass
class Request:
    method: str
    path: str
    body: dict = None
    form: str = None
    token: str = field(default=None, repr=False)
    headers: dict = field(default_factory=dict, repr=False)

    def send(self, api):
        return api.call(self.method, self.path, self.token, self.body, self.form, dict(self.headers))


class Cell:
    """One route asked by one actor about one target."""

    def __init__(self, world, route, row, actor, target):
        self.world, self.route, self.row, self.actor, self.target = world, route, row, actor, target
        # What is spoilt by success is made for the purpose; set just before the request is sent.
        self.id = target.id

    @property
    def estate(self):
        return self.world.estate

    def __str__(self):
        return f"{self.route.operation} by {self.actor.name} on {self.target.name}"

    def request(self):
        path = self.route.path.replace("{id}", self.id or "")
        request = Request(self.route.method, path + self.row.query, token=self.actor.token)
        self.row.fill(self, request)
        if self.route.creates:
            request.headers["Idempotency-Key"] = secrets.token_hex(8)
        return request

    def expected(self):
        """The status that the permission table, the tree and the documented rules ask for."""
        verdict = OUTCOMES[self.route.scope](self)
        return self.row.rule(self) or self.row.status if verdict == 200 else verdict

    def changes_nothing(self):
        """A write that is refused, for whatever reason."""
        return self.route.method != "GET" and self.expected() >= 400


# The oracle: the scope rule of the route, the permissions of the roles, the tree.

def of_anyone(_cell):
    return 200


def of_oneself(cell):
    return 401 if cell.actor.dead else 200


def of_roots(cell):
    if cell.actor.dead:
        return 401
    return 200 if cell.actor.roots(cell.route.permission) else 403


def of_place(cell):
    if cell.actor.dead:
        return 401
    if not cell.actor.sees(cell.target.tenant):
        return 404
    wanted = (cell.route.permission, *cell.row.permissions)
    return 200 if all(cell.actor.may(permission, cell.target.tenant) for permission in wanted) else 403


def of_parent(cell):
    """A grant that reaches the tenant alone does not reach what is put below it."""
    wide = [grant for grant in cell.actor.roots(cell.route.permission)
            if grant.reach == "subtree" and grant.reaches(cell.target.tenant)]
    outcome = of_place(cell)
    return 403 if outcome == 200 and not wide else outcome


OUTCOMES = {"public": of_anyone, "machine": of_anyone, "self": of_oneself, "roots": of_roots, "parent": of_parent, "tenant": of_place,
            "user": of_place, "client": of_place, "group": of_place, "grant": of_place, "role": of_place}


# The rows: one a way of asking.

def nothing(_cell, _request):
    pass


def no_rule(_cell):
    return None


@dataclass
class Row:
    """How a route is asked so that nothing but the place of the target and the permission can refuse it."""
    status: int
    fill: callable = nothing
    name: str = ""
    # What else the caller must hold.
    permissions: tuple = ()
    # A documented rule's status where it refuses what is permitted.
    rule: callable = no_rule
    # Makes the id to spoil, when the request is going to succeed.
    fresh: callable = None
    query: str = ""


def body(**members):
    """The same body for every target; what is called is called with the cell."""
    def fill(cell, request):
        request.body = {name: value(cell) if callable(value) else value for name, value in members.items()}
    return fill


def any_name(_cell):
    return unused("name")


def target_id(cell):
    return cell.id


def code_of_target(cell):
    return cell.target.tenant.code if cell.target.tenant else "0000000000"


def client_form(cell, request):
    client = cell.target.tenant.things["client"] if cell.target.tenant else random_id()
    request.token = None
    request.form = f"grant_type=client_credentials&client_id={client}&client_secret=bwc_{'A' * 43}&token=x"


def refresh_form(_cell, request):
    request.token = None
    request.form = f"grant_type=refresh_token&refresh_token=bwr_{'A' * 43}"


def held_form(_cell, request):
    request.token = None
    request.form = f"token=bwr_{'A' * 43}"


def own_session(cell, request):
    """Signing out ends a session: not the one that all else is asked with."""
    if not cell.actor.dead:
        request.token = cell.estate.new_tokens(cell.actor)[0]


def for_people(status):
    """Machines have no password and no second factor."""
    return lambda cell: status if cell.actor.kind == "user" else 403


def question(cell, request):
    wanted = "tenant:read" if cell.target.id else "tenant:update"
    request.body = {"checks": [{"action": wanted, "type": "tenant", "id": cell.id or random_id()}]}


def own_tenant_stays(cell):
    """Nobody suspends or resumes what they themselves live in."""
    return 422 if cell.actor.home.within(cell.target.tenant) else None


def beside(cell, suspended=False):
    """A tenant like the target, under the same parent; the target itself where a rule refuses it anyway."""
    target = cell.target.tenant
    if own_tenant_stays(cell):
        return target.id
    made = cell.estate.tenant(unused("fresh"), target.kind, target.parent)
    if suspended:
        cell.estate.suspend(made, "subtree")
    return made.id


def beside_suspended(cell):
    return beside(cell, suspended=True)


def beside_terminated(cell):
    made = beside(cell)
    if not own_tenant_stays(cell):
        cell.estate.terminate(made)
    return made


def roots_stay(cell):
    """What one sees begins there: it is not one's own to take away."""
    return 403 if cell.target.tenant.kind == "provider" else None


def own_stays(cell):
    """What is given is given from above."""
    wide = [grant for grant in cell.actor.roots("quota:update") if grant.tenant is not cell.target.tenant and grant.reaches(cell.target.tenant)]
    return None if wide else 403


def new_house(cell):
    return cell.estate.tenant(unused("house"), "partner", cell.estate.tenants["provider"]).id if cell.expected() == 200 else random_id()


def no_other_home(cell):
    """A grant that reaches the tenant alone reaches no other to go to."""
    wide = [grant for grant in cell.actor.roots("user:move") if grant.reach == "subtree" and grant.reaches(cell.target.tenant)]
    return None if wide else 404


def other_home(cell):
    target = cell.target.tenant
    if cell.expected() != 200:
        return random_id()
    return target.parent.id if target.kind == "customer" else cell.estate.tenant(unused("home"), "customer", target).id


def fresh(kind):
    return lambda cell: cell.estate.fresh(kind, cell.target.tenant)


def nobody_is_active(cell):
    """Where the tenant is suspended nobody accepts an invitation, and who was only invited has nothing to reset."""
    return 422 if cell.target.tenant.state != "active" else None


def fresh_active_user(cell):
    if nobody_is_active(cell):
        return cell.id
    return cell.estate.invited(Actor(unused("active"), cell.target.tenant)).id


def fresh_suspended_user(cell):
    user = cell.estate.fresh("user", cell.target.tenant)
    cell.estate.api.must(200, "POST", f"/v1/users/{user}/suspend", cell.estate.admin.token)
    return user


def gift(cell, request):
    """To somebody who lives there, where that can be; the name of nobody elsewhere."""
    permitted = cell.expected() == 201
    holder = cell.estate.user(cell.target.tenant) if permitted else random_id()
    request.body = {"principal_id": holder, "role": "viewer", "scope": "self"}


def proof(kind):
    """One that the client has: where it is going to be deleted, one made for that."""
    def fill(cell, request):
        deleted = cell.expected() == 204
        id = cell.estate.proof(kind, cell.id) if deleted else cell.target.tenant.things[kind] if cell.target.tenant else random_id()
        request.path = re.sub(r"{\w+}", id, request.path)
    return fill


def visit(cell, request):
    """A session of the user's; where it is going to be ended, one made for that."""
    tenant, ended = cell.target.tenant, cell.expected() == 204
    id = cell.estate.session(cell.id) if ended else tenant.things["session"] if tenant else random_id()
    request.path = request.path.replace("{sid}", id)


def job(cell, request):
    """An import job there, by the caller where it is theirs to change."""
    tenant, changed = cell.target.tenant, cell.expected() == 200 and cell.route.method != "GET"
    id = cell.estate.job(tenant, cell.actor) if changed else tenant.things["import"] if tenant else random_id()
    request.path = request.path.replace("{import}", id)


def links(cell, request):
    """For whoever a job of the caller's has made, which is nobody yet."""
    tenant, permitted = cell.target.tenant, cell.expected() == 201
    id = cell.estate.job(tenant, cell.actor, invitations="link") if permitted else tenant.things["import"] if tenant else random_id()
    request.path, request.body = request.path.replace("{import}", id), {}


def content(cell, request):
    job(cell, request)
    request.form, request.headers["Content-Type"] = "\n", "application/x-ndjson"


def own_visit(cell, request):
    """Ending a session of one's own: not the one that all else is asked with."""
    own_session(cell, request)
    session = cell.estate.api.must(200, "GET", "/v1/me", request.token)["session_id"] if not cell.actor.dead else random_id()
    request.path = cell.route.path.replace("{id}", session)


def own_other(cell, request):
    """The session by which one asks outlives the others: on a person of one's own, for the actors need theirs."""
    if not cell.actor.dead:
        request.token = cell.estate.enter(Actor("alone", cell.actor.home)).token


def some_factor(**members):
    """Nobody here has one: an id that was made up."""
    def fill(cell, request):
        body(**members)(cell, request)
        request.path = cell.route.path.replace("{id}", random_id())
    return fill


def seen_role(cell):
    owner = cell.target.tenant
    return None if owner and cell.actor.sees_role(owner) else OUTSIDE


def about(cell, request):
    """What somebody at home there may do there."""
    somebody = cell.target.tenant.things["user"] if cell.target.tenant else random_id()
    request.body = {"principal_id": somebody, "action": "tenant:read", "type": "tenant", "id": cell.id}


def asked_where_it_is_held(cell):
    place = cell.target.tenant
    return None if place and cell.actor.may("decision:query", place) else OUTSIDE


def newcomer(cell, request):
    """Somebody who lives there, where they can join; the name of nobody elsewhere."""
    request.body = {"principal_id": cell.estate.user(cell.target.tenant) if cell.expected() == 201 else random_id()}


def member(cell, request):
    """The one who is in it; where they are going to be taken out, one put in for that."""
    tenant, permitted = cell.target.tenant, cell.expected() == 204
    id = tenant.things["user"] if tenant else random_id()
    if permitted:
        id = cell.estate.user(tenant)
        cell.estate.made(f"/v1/groups/{cell.id}/members", {"principal_id": id})
    request.path = request.path.replace("{member}", id)


def for_the_subtree(cell):
    """A role is for all below its tenant: what one holds for the tenant alone makes none."""
    roots = cell.actor.roots(cell.route.permission)
    return None if any(g.reach == "subtree" and g.reaches(cell.target.tenant) for g in roots) else 422


NEW_TENANT = {"name": any_name, "parent_id": target_id}

ROWS = {
    # Sign-in answers everybody alike, whatever they are and whomever they name.
    "login": [Row(401, body(login=any_name, password="wrong horse battery staple", tenant=code_of_target))],
    "loginPassword": [Row(401, body(pending_token="no.token", new_password="correct horse battery"))],
    "loginTotp": [Row(401, body(pending_token="no.token", code="123456"))],
    "loginRecovery": [Row(401, body(pending_token="no.token", code="7KQ2-ZM9D-0XTB-4HNC"))],
    "loginEnroll": [Row(401, body(pending_token="no.token"))],
    "loginEnrollConfirm": [Row(401, body(pending_token="no.token", code="123456"))],
    "refreshToken": [Row(401, body(refresh_token="bwr_" + "A" * 43))],
    "issueClientToken": [Row(401, client_form), Row(400, refresh_form, "refresh")],
    "introspectToken": [Row(401, client_form)],
    "revokeToken": [Row(401, client_form), Row(200, held_form, "no client")],
    "getServerMetadata": [Row(200)],
    "acceptInvitation": [Row(422, body(token="bwi_" + "A" * 43, password="wrong horse battery staple"))],

    "forgotPassword": [Row(202, body(login=any_name, tenant=code_of_target))],
    "resetPassword": [Row(422, body(token="bwp_" + "A" * 43, password="wrong horse battery staple"))],

    "getJwks": [Row(200)],
    "getOpenApi": [Row(200)],

    "logout": [Row(204, own_session)],
    "getMe": [Row(200)],
    "askMe": [Row(200, question)],
    "changeMyPassword": [Row(422, body(current_password="not this one, no", new_password="correct horse battery"),
                             rule=for_people(422))],
    "checkMyPassword": [Row(200, body(password="correct horse battery"), rule=for_people(200))],
    "enrolMyTotp": [Row(422, body(password="not this one, no"), rule=for_people(422))],
    "listMyFactors": [Row(200)],
    "renameMyFactor": [Row(422, some_factor(name=any_name, password="not this one, no"), rule=for_people(422))],
    "removeMyFactor": [Row(422, some_factor(password="not this one, no", code="123456"), rule=for_people(422))],
    "renewMyRecoveryCodes": [Row(422, body(password="not this one, no", code="123456"), rule=for_people(422))],
    # Nobody here has begun to enrol.
    "confirmMyTotp": [Row(409, body(code="000000"))],
    "listMySessions": [Row(200)],
    "endMyOtherSessions": [Row(204, own_other)],
    "endMySession": [Row(204, own_visit)],
    # Nobody here has a factor.
    "stepUp": [Row(422, body(code="000000"), rule=for_people(422))],
    "listPermissions": [Row(200)],

    "listTenants": [Row(200, query="?limit=200")],
    "createTenant": [Row(201, body(kind="customer", **NEW_TENANT)),
                     Row(201, body(kind="partner", **NEW_TENANT), "partner", permissions=("tenant:create_partner",))],
    "getTenant": [Row(200)],
    "updateTenant": [Row(200, body(name=any_name))],
    "suspendTenant": [Row(200, body(reach="subtree"), rule=own_tenant_stays, fresh=beside),
                      Row(200, body(reach="staff"), "staff", rule=own_tenant_stays, fresh=beside)],
    "resumeTenant": [Row(200, rule=own_tenant_stays, fresh=beside_suspended)],
    "moveTenant": [Row(200, body(parent_id=new_house, dry_run=True), rule=roots_stay)],
    "terminateTenant": [Row(200, rule=own_tenant_stays, fresh=beside)],
    "restoreTenant": [Row(200, rule=own_tenant_stays, fresh=beside_terminated)],
    "listChildren": [Row(200), Row(200, name="subtree", query="?scope=subtree")],
    "getBreadcrumb": [Row(200)],

    "getSecurityPolicy": [Row(200)],
    # What all of them may say: as tight as it is.
    "updateSecurityPolicy": [Row(200, body(password_strength=0))],

    "getQuotas": [Row(200)],
    "updateQuotas": [Row(200, body(custom={"seats": {"allotted": 0}}), rule=own_stays)],

    "listUsers": [Row(200), Row(200, name="subtree", query="?scope=subtree&q=user&limit=200")],
    "createUser": [Row(201, body(login=any_name))],
    "getUser": [Row(200)],
    "updateUser": [Row(200, body(display_name=any_name))],
    "suspendUser": [Row(200, fresh=fresh("user"))],
    "resumeUser": [Row(200, fresh=fresh_suspended_user)],
    "unlockUser": [Row(200, fresh=fresh("user"))],
    "getUserSignIn": [Row(200)],
    "terminateUser": [Row(200, fresh=fresh("user"))],
    "moveUser": [Row(200, body(tenant_id=other_home, dry_run=True), rule=no_other_home)],
    "inviteUser": [Row(201, fresh=fresh("user"))],
    "resetUserPassword": [Row(201, rule=nobody_is_active, fresh=fresh_active_user)],
    # Another user than the one whom the same actor has invited.
    "resetUserFactors": [Row(200, fresh=fresh("user"))],
    "listUserGrants": [Row(200)],

    "listUserPermissions": [Row(200)],
    "listUserSessions": [Row(200)],
    "endUserSessions": [Row(204, fresh=fresh("user"))],
    "endUserSession": [Row(204, visit)],

    "listClients": [Row(200), Row(200, name="subtree", query="?scope=subtree")],
    "createClient": [Row(201, body(display_name=any_name))],
    "getClient": [Row(200)],
    "updateClient": [Row(200, body(display_name=any_name))],
    "deleteClient": [Row(204, fresh=fresh("client"))],
    "listClientSecrets": [Row(200)],
    # A client has only so many.
    "createClientSecret": [Row(201, body(name=any_name), fresh=fresh("client"))],
    "deleteClientSecret": [Row(204, proof("secret"), fresh=fresh("client"))],
    "listClientKeys": [Row(200)],
    "createClientKey": [Row(201, body(jwk=lambda _cell: new_jwk()), fresh=fresh("client"))],
    "deleteClientKey": [Row(204, proof("key"), fresh=fresh("client"))],

    "listGroups": [Row(200), Row(200, name="subtree", query="?scope=subtree")],
    "createGroup": [Row(201, body(display_name=any_name))],
    "getGroup": [Row(200)],
    "updateGroup": [Row(200, body(display_name=any_name))],
    "deleteGroup": [Row(204, fresh=fresh("group"))],
    "listGroupMembers": [Row(200)],
    "addGroupMember": [Row(201, newcomer)],
    "removeGroupMember": [Row(204, member)],

    "listRoles": [Row(200)],
    "createRole": [Row(201, body(name=any_name, permissions=["tenant:read"]), rule=for_the_subtree)],
    "getRole": [Row(200, rule=seen_role)],
    "updateRole": [Row(200, body(description=any_name))],
    "deleteRole": [Row(204, fresh=fresh("role"))],

    "listGrants": [Row(200), Row(200, name="subtree", query="?scope=subtree")],
    "createGrant": [Row(201, gift)],
    "getGrant": [Row(200)],
    "revokeGrant": [Row(204, fresh=fresh("grant"))],

    "listAccess": [Row(200), Row(200, name="permission", query="?permission=user:read&limit=200")],
    "explain": [Row(200, about, rule=asked_where_it_is_held)],

    "exportTenants": [Row(200), Row(200, name="subtree", query="?scope=subtree&format=csv")],
    "exportUsers": [Row(200, permissions=("user:read",)),
                    Row(200, name="subtree", permissions=("user:read",), query="?scope=subtree&format=csv")],
    "exportGrants": [Row(200, permissions=("user:read",)),
                     Row(200, name="subtree", permissions=("user:read",), query="?scope=subtree&importable=true")],
    "exportGroups": [Row(200), Row(200, name="subtree", query="?scope=subtree&format=csv")],
    "exportMemberships": [Row(200, permissions=("user:read",)),
                          Row(200, name="subtree", permissions=("user:read",), query="?scope=subtree&importable=true")],
    "listImports": [Row(200)],
    "createImport": [Row(201, body(kind="users"))],
    "getImport": [Row(200, job)],
    "fillImport": [Row(200, content, query="?offset=0")],
    "startImport": [Row(200, job)],
    "cancelImport": [Row(200, job)],
    "inviteImported": [Row(201, links)],
    "listImportResults": [Row(200, job)],

    "listAudit": [Row(200)],
}


class World:
    """The estate, the actors and their targets."""

    def __init__(self, estate, actors):
        self.estate, self.actors = estate, actors
        self.baselines = {}
        self.lock = threading.Lock()

    def kind_of(self, route):
        """What {id}, or the parent in the body, is; None where the route has no target."""
        if route.scope == "roots" and route.operation in ASKED:
            return ASKED[route.operation]
        return SCOPES_BY_THING.get(route.scope)

    def targets(self, route):
        kind = self.kind_of(route)
        tenants = self.estate.tenants.values()
        if not kind and not route.scope == "public" and not route.operation == "askMe":
            return [Target("nothing")]
        found = [Target(t.name, t, t.things.get(kind, t.id)) for t in tenants]
        found += [Target(f"random {i}", None, random_id()) for i in (1, 2)]
        if "{id}" in route.path:
            found.append(Target("another kind", None, self.other_kind(kind)))
        return found

    def other_kind(self, kind):
        """A thing that is there, and is none of this kind."""
        p1 = self.estate.tenants["p1"]
        return p1.id if kind != "tenant" else p1.things["user"]

    def cells(self):
        for route in routes():
            for row, actor in itertools.product(ROWS[route.operation], self.actors.values()):
                for target in self.targets(route):
                    yield Cell(self, route, row, actor, target)

    def relation(self, actor, target):
        """How the target stands to the actor's home."""
        home, tenant = actor.home, target.tenant
        if not home or not tenant:
            return "nothing"
        if tenant is home:
            return "own"
        if tenant.within(home):
            return {1: "child", 2: "grandchild"}.get(len(list(tenant.line())) - len(list(home.line())), "below")
        if home.within(tenant):
            return "parent" if tenant is home.parent else "above"
        return "sibling" if tenant.parent is home.parent else "cousin"

    def baseline(self, cell):
        """What this actor gets on this route for an id that nothing has."""
        key = (cell.route.operation, cell.row.name, cell.actor.name)
        with self.lock:
            known = self.baselines.get(key)
        if known is None:
            nobody = Cell(self, cell.route, cell.row, cell.actor, Target("baseline", None, random_id()))
            known = nobody.request().send(self.estate.api).told()
            with self.lock:
                self.baselines[key] = known
        return known

    def ask(self, cell):
        """None, or what is wrong with the answer: ("leak" | "wrong", description)."""
        expected = cell.expected()
        if cell.row.fresh and expected not in (401, 403, 404):
            cell.id = cell.row.fresh(cell)
        request = cell.request()
        reply = request.send(self.estate.api)
        if expected == OUTSIDE and reply.told() != self.baseline(cell):
            return "leak", f"{cell}: {request}: {reply.told()}, and for a random id {self.baseline(cell)}"
        if reply.status == expected:
            return None
        kind = "leak" if expected in (401, 403, 404) and reply.status < 400 else "wrong"
        return kind, f"{cell}: {request}: {reply.status}, not {expected}: {reply.text}"
