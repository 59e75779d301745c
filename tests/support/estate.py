"""Tenants, people and machines to test with, made through the API alone."""
import itertools
from dataclasses import dataclass

from support.client import Client, code

PASSWORD = "correct horse battery 9 staple"
numbers = itertools.count(1)

# name: (parent, kind)
TREE = {
    "alpha": ("provider", "partner"),
    "alpha_one": ("alpha", "customer"),
    "alpha_two": ("alpha", "customer"),
    "alpha_sub": ("alpha", "partner"),
    "alpha_sub_one": ("alpha_sub", "customer"),
    "beta": ("provider", "partner"),
    "beta_one": ("beta", "customer"),
}


def unique(word):
    return f"{word}-{next(numbers)}"


@dataclass
class Person:
    """A user with a password, logged in or not."""
    id: str
    login: str
    tenant_id: str
    tenant_code: str
    client: Client
    password: str = PASSWORD
    secret: str = None
    refresh_token: str = None
    session_id: str = None
    recovery_codes: list = None

    def body(self, **more):
        return {"login": self.login, "password": self.password, "tenant": self.tenant_code, **more}

    def log_in(self):
        """A new session; the code of this step is used up when there is a second factor, and of the one before when one is made."""
        reply = self.client.other().post("/v1/login", self.body()).json()
        if reply.get("pending") == "totp":
            finish = {"pending_token": reply["pending_token"], "code": code(self.secret)}
            reply = self.client.other().post("/v1/login/totp", finish).json()
        elif reply.get("pending") == "enroll":
            step = {"pending_token": reply["pending_token"]}
            self.secret = self.client.other().post("/v1/login/enroll", step).json()["secret"]
            reply = self.client.other().post("/v1/login/enroll/confirm", step | {"code": code(self.secret, -1)}).json()
            self.recovery_codes = reply["recovery_codes"]
        self.client.token = reply["access_token"]
        self.refresh_token, self.session_id = reply["refresh_token"], reply["session_id"]
        return self

    def enrol(self):
        """Adds a second factor, confirmed by the code of the step before, and logs in again with that of this one; who came in by
        enrolling has one."""
        if self.secret:
            return self
        enrolment = self.client.post("/v1/me/totp", {"password": self.password}).json()
        self.secret = enrolment["secret"]
        confirmed = self.client.post("/v1/me/totp/confirm", {"code": code(self.secret, -1)}).json()
        self.recovery_codes = confirmed["recovery_codes"]
        return self.log_in()


class Estate:
    """A provider with two partners, one of them a distributor, and their customers."""

    def __init__(self, server, document):
        self.server, self.document = server, document
        self.tenants, self.actors = {}, {}
        anonymous = Client(server, document)
        accepted = anonymous.post("/v1/invitations/accept", {"token": server.token, "password": PASSWORD}).json()
        self.admin = Person(None, accepted["login"], None, accepted["tenant"], anonymous.other()).log_in()
        me = self.admin.client.get("/v1/me").json()
        self.admin.id, self.admin.tenant_id = me["id"], me["tenant_id"]
        self.tenants["provider"] = self.admin.client.get(f"/v1/tenants/{me['tenant_id']}").json()
        for name, (parent, kind) in TREE.items():
            self.tenants[name] = self.new_tenant(kind, self.id(parent), name)

    def id(self, name):
        return self.tenants[name]["id"]

    def role(self, name):
        """The id of a built-in role."""
        if "roles" not in self.__dict__:
            listed = self.admin.client.pages(f"/v1/tenants/{self.id('provider')}/roles")
            self.roles = {role["name"]: role["id"] for role in listed}
        return self.roles[name]

    def new_tenant(self, kind="customer", parent=None, name=None, **more):
        body = {"kind": kind, "name": name or unique(kind), "parent_id": parent or self.id("alpha"), **more}
        return self.admin.client.post("/v1/tenants", body, 201).json()

    def new_user(self, tenant="alpha_one", login=None, **more):
        body = {"login": login or unique("user"), **more}
        return self.admin.client.post(f"/v1/tenants/{self.id(tenant)}/users", body, 201).json()

    def grant(self, tenant, principal_id, role, scope="subtree", **more):
        body = {"principal_id": principal_id, "role": role, "scope": scope, **more}
        return self.admin.client.post(f"/v1/tenants/{self.id(tenant)}/grants", body, 201).json()

    def invite(self, user_id):
        return self.admin.client.post(f"/v1/users/{user_id}/invite", status=201).json()["token"]

    def reset(self, user_id):
        """A token by which a person who has a password sets another, at /v1/password/reset."""
        return self.admin.client.post(f"/v1/users/{user_id}/reset-password", status=201).json()["token"]

    def person(self, tenant="alpha_one", role=None, scope="subtree", log_in=True, at=None):
        """A new user with a password, a role at `at` (their tenant unless given) when one is given, and a session."""
        user = self.new_user(tenant)
        if role:
            self.grant(at or tenant, user["id"], role, scope)
        anonymous = Client(self.server, self.document)
        anonymous.post("/v1/invitations/accept", {"token": self.invite(user["id"]), "password": PASSWORD})
        person = Person(user["id"], user["login"], user["tenant_id"], self.tenants[tenant]["code"], anonymous)
        return person.log_in() if log_in else person

    def actor(self, tenant, role, scope="subtree"):
        """A client of somebody who holds that there; the same one each time, so do them no harm."""
        key = (tenant, role, scope)
        if key not in self.actors:
            self.actors[key] = self.person(tenant, role, scope)
        return self.actors[key].client

    def new_machine(self, tenant="alpha_one", role=None, scope="subtree"):
        """(client, its secret) of a new machine."""
        body = {"display_name": unique("machine")}
        made = self.admin.client.post(f"/v1/tenants/{self.id(tenant)}/clients", body, 201).json()
        if role:
            self.grant(tenant, made["client"]["id"], role, scope)
        return made["client"], made["client_secret"]

    def machine(self, tenant="alpha_one", role=None, scope="subtree"):
        """A client of the API on behalf of a new machine."""
        made, secret = self.new_machine(tenant, role, scope)
        caller = Client(self.server, self.document)
        form = {"grant_type": "client_credentials", "client_id": made["id"], "client_secret": secret}
        caller.token = caller.call("POST", "/oauth2/token", 200, data=form).json()["access_token"]
        return caller
