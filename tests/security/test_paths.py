"""Every path by which rights change, against every rule of delegation: one table, in which a path that is added has its row."""
import datetime

import pytest
from support.contract import Document
from support.estate import Estate, unique
from support.importing import lines
from support.jobs import Jobs
from support.server import Server
from support.source import routes


class Stage:
    """A partner that the boss runs. The helper may do all that the boss may but touch what is privileged, the warden all of it by
    another role; who is early, all of it from the next hour on; and the plain one is there to have things done to them."""

    def __init__(self, estate):
        self.estate, self.admin = estate, estate.admin.client
        self.external = unique("staged")
        estate.tenants["staged"] = estate.new_tenant("partner", estate.id("provider"), external_id=self.external)
        self.tenant = estate.id("staged")
        everything = set(self.admin.get(f"/v1/roles/{estate.role('partner_admin')}").json()["permissions"])
        soon = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)).isoformat()
        self.people, self.roles = {}, {}
        self.bring("boss", {"tenant:suspend"})
        self.estate.grant("staged", self.people["boss"].id, "partner_admin")
        self.bring("helper", everything - {"grant:assign_privileged"})
        self.bring("warden", everything)
        self.bring("early", everything, not_before=soon)
        self.bring("plain", {"tenant:read"})
        auditor = self.estate.role("auditor")
        self.crew = self.group("crew", auditor, "boss", "warden", "plain")
        self.guests = self.group("guests", auditor)
        self.rulers = self.group("rulers", self.roles["warden"], "warden")

    def bring(self, name, permissions, **more):
        person = self.estate.person("staged")
        self.admin.patch(f"/v1/users/{person.id}", {"external_id": name, "email": f"{name}@example.com"})
        body = {"name": unique(name), "permissions": sorted(permissions)}
        role = self.admin.post(f"/v1/tenants/{self.tenant}/roles", body, 201).json()
        self.give(person.id, role["id"], **more)
        self.people[name], self.roles[name] = person, role["id"]

    def group(self, name, role, *members):
        body = {"display_name": name, "external_id": name}
        made = self.admin.post(f"/v1/tenants/{self.tenant}/groups", body, 201).json()["id"]
        self.give(made, role)
        for member in members:
            self.admin.post(f"/v1/groups/{made}/members", {"principal_id": self.people[member].id}, 201)
        return made

    def give(self, principal, role, **more):
        body = {"principal_id": principal, "role_id": role, "scope": "subtree", **more}
        return self.admin.post(f"/v1/tenants/{self.tenant}/grants", body, 201).json()

    def digest(self):
        """All that the rules guard there."""
        kinds = [self.admin.pages(f"/v1/tenants/{self.tenant}/{what}") for what in ("grants", "users", "roles", "groups")]
        inside = [self.admin.pages(f"/v1/groups/{group}/members") for group in (self.crew, self.guests, self.rulers)]
        return ([sorted(rows, key=lambda row: row["id"]) for rows in kinds],
                [sorted(rows, key=lambda row: row["principal_id"]) for rows in inside])


@pytest.fixture(scope="module", name="stage")
def a_stage():
    server = Server()
    try:
        yield Stage(Estate(server.start(), Document()))
        server.stop()
    finally:
        server.close()


# The paths: what somebody does to somebody; the code of the refusal, or none.

def code_of(reply):
    return reply.json()["code"] if reply.status_code >= 400 else None


def give_role(stage, caller, whom):
    body = {"principal_id": stage.people[whom].id, "role": "auditor", "scope": "subtree"}
    return code_of(caller.call("POST", f"/v1/tenants/{stage.tenant}/grants", json=body))


def grants_of(stage, whom):
    """The one that rules most comes first."""
    rows = list(stage.admin.pages(f"/v1/users/{stage.people[whom].id}/grants"))
    return sorted(rows, key=lambda grant: grant["role"] != "partner_admin")


def take_role(stage, caller, whom):
    return code_of(caller.call("DELETE", f"/v1/grants/{grants_of(stage, whom)[0]['id']}"))


def loaded(stage, caller, row, **wanted):
    jobs = Jobs(caller, stage.tenant)
    opened = caller.call("POST", jobs.place, json={"kind": "mixed", **wanted})
    if opened.status_code != 201:
        return code_of(opened)
    job = opened.json()
    jobs.send(job, lines([row]))
    jobs.start(job)
    return dict(jobs.report(job).refused).get(1, (None,))[0]


def row_of(stage, whom, **more):
    return {"kind": "grant", "user_external_id": whom, "tenant_external_id": stage.external, "scope": "subtree", **more}


def load_role(stage, caller, whom):
    return loaded(stage, caller, row_of(stage, whom, role="auditor"))


def load_end_of_role(stage, caller, whom):
    end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=5)
    return loaded(stage, caller, row_of(stage, whom, role=grants_of(stage, whom)[0]["role"], expires_at=end.isoformat()))


def load_removal_of_role(stage, caller, whom):
    return loaded(stage, caller, row_of(stage, whom, role=grants_of(stage, whom)[0]["role"]), mode="delete")


def load_removal_of_user(stage, caller, whom):
    row = {"kind": "user", "external_id": whom, "tenant_external_id": stage.external}
    return loaded(stage, caller, row, mode="delete")


def load_address(stage, caller, whom):
    row = {"kind": "user", "external_id": whom, "tenant_external_id": stage.external, "login": stage.people[whom].login,
           "email": "thief@example.com"}
    return loaded(stage, caller, row)


def membership_of(stage, group, whom):
    return {"kind": "membership", "external_id": group, "user_external_id": whom, "tenant_external_id": stage.external}


def load_joining(stage, caller, whom):
    return loaded(stage, caller, membership_of(stage, "guests", whom))


def load_leaving(stage, caller, whom):
    return loaded(stage, caller, membership_of(stage, "crew", whom), mode="delete")


def load_end_of_group(stage, caller, whom):
    """Of one that is as privileged as the warden in it; for whoever breaks no rule, of one that is not."""
    known = "rulers" if any(whom == of for _, of, _ in RULES.values()) else stage.group(unique("g"), stage.roles[whom])
    row = {"kind": "group", "external_id": known if known == "rulers" else f"id:{known}", "tenant_external_id": stage.external}
    return loaded(stage, caller, row, mode="delete")


def make_role(stage, caller, _whom):
    body = {"name": unique("made"), "permissions": ["tenant:suspend"]}
    return code_of(caller.call("POST", f"/v1/tenants/{stage.tenant}/roles", json=body))


def change_role(stage, caller, whom):
    return code_of(caller.call("PATCH", f"/v1/roles/{stage.roles[whom]}", json={"permissions": ["tenant:read"]}))


def drop_role(stage, caller, whom):
    return code_of(caller.call("DELETE", f"/v1/roles/{stage.roles[whom]}"))


def change_address(stage, caller, whom):
    return code_of(caller.call("PATCH", f"/v1/users/{stage.people[whom].id}", json={"email": "thief@example.com"}))


def turn(verb):
    return lambda stage, caller, whom: code_of(caller.call("POST", f"/v1/users/{stage.people[whom].id}/{verb}"))


def end_sessions(stage, caller, whom):
    return code_of(caller.call("DELETE", f"/v1/users/{stage.people[whom].id}/sessions"))


# The rules: who breaks each, by doing it to whom, and what it is called.
RULES = {"privileged": ("helper", "boss", "privileged"), "self": ("warden", "warden", "self_service"),
         "last": ("warden", "boss", "last_admin"), "time": ("early", "plain", "not_found")}

KEEPS = "takes nothing from anybody"
BUILTIN = "who runs a tenant does so by a built-in role, which nobody edits or deletes"

# path: (its operation, what is done, {rule: why it cannot be broken by it})
PATHS = {
    "grant": ("createGrant", give_role, {"last": KEEPS}),
    "revocation": ("revokeGrant", take_role, {}),
    "grant by import": ("startImport", load_role, {"last": KEEPS}),
    "other dates by import": ("startImport", load_end_of_role, {}),
    "revocation by import": ("startImport", load_removal_of_role, {}),
    "termination by import": ("startImport", load_removal_of_user, {}),
    "address by import": ("startImport", load_address, {"last": KEEPS}),
    "joining by import": ("startImport", load_joining, {"last": KEEPS}),
    "leaving by import": ("startImport", load_leaving, {"last": "what the crew holds runs no tenant"}),
    "end of a group by import": ("startImport", load_end_of_group, {"last": "what the rulers hold runs no tenant"}),
    "role made": ("createRole", make_role, {"self": "a role that nobody holds yet", "last": KEEPS}),
    "role edited": ("updateRole", change_role, {"last": BUILTIN}),
    "role deleted": ("deleteRole", drop_role, {"self": "a role that somebody holds is in use", "last": BUILTIN}),
    "suspension": ("suspendUser", turn("suspend"), {}),
    "resumption": ("resumeUser", turn("resume"), {"last": KEEPS}),
    "unlocking": ("unlockUser", turn("unlock"), {"last": KEEPS}),
    "termination": ("terminateUser", turn("terminate"), {}),
    "address": ("updateUser", change_address, {"last": KEEPS}),
    "invitation": ("inviteUser", turn("invite"), {"last": KEEPS}),
    "other password": ("resetUserPassword", turn("reset-password"), {"last": KEEPS}),
    "end of sessions": ("endUserSessions", end_sessions, {"self": "one's own sessions are one's own to end", "last": KEEPS}),
}

# Operations that change something, and no rights of anybody's.
OTHERS = {
    "createTenant": "what it permits is the gate's", "updateTenant": "a name", "createUser": "nobody holds anything yet",
    "createClient": "holds nothing yet", "introspectToken": "reads", "explain": "reads",
    "createImport": "opens a job", "fillImport": "fills a job",
    "cancelImport": "ends a job", "inviteImported": "tests/api/test_import_invitation.py",
    "updateSecurityPolicy": "tests/api/test_security_policy.py: nobody loosens it",
    "updateQuotas": "tests/api/test_quota.py: gives nobody a permission, and nobody gives their own",
    "suspendTenant": "tests/isolation/matrix.py: nobody's own or one above", "resumeTenant": "as suspendTenant",
    "createGroup": "gives nobody anything", "updateGroup": "tests/unit/domain/test_group.c: a privileged one is the privileged'",
    "deleteGroup": "tests/unit/domain/test_group.c: as revoking its grants", "addGroupMember": "tests/unit/domain/test_membership.c: as giving all its grants",
    "removeGroupMember": "tests/unit/domain/test_membership.c: as revoking them",
    "terminateTenant": "as suspendTenant", "restoreTenant": "as suspendTenant",
    "moveTenant": "tests/api/test_move.py: gives nobody anything, and ends what the old line gave",
    "moveUser": "tests/unit/domain/test_move.c: neither oneself, nor the privileged, nor the last who runs a tenant",
    "resetUserFactors": "tests/api/test_factor_reset.py", "endUserSession": "as endUserSessions",
    "updateClient": "tests/api/test_client.py", "deleteClient": "tests/api/test_client.py", "createClientSecret": "tests/api/test_proof.py",
    "deleteClientSecret": "tests/api/test_proof.py", "createClientKey": "tests/api/test_proof.py",
    "deleteClientKey": "tests/api/test_proof.py",
}

CELLS = [(path, rule) for path, (_, _, never) in PATHS.items() for rule in RULES if rule not in never]


def test_every_operation_that_changes_something_has_its_row():
    changing = {route.operation for route in routes() if route.method != "GET" and ":" in route.permission}
    assert changing == {operation for operation, _, _ in PATHS.values()} | set(OTHERS)
    assert not {operation for operation, _, _ in PATHS.values()} & set(OTHERS)


@pytest.mark.parametrize("path, rule", CELLS, ids=[f"{path}, {rule}" for path, rule in CELLS])
def test_no_path_gets_round_a_rule(stage, path, rule):
    caller, whom, code = RULES[rule]
    before = stage.digest()
    assert PATHS[path][1](stage, stage.people[caller].client, whom) == code
    assert stage.digest() == before


def test_who_breaks_no_rule_goes_every_path(stage):
    """So that nothing else refuses what the table has refused."""
    warden = stage.people["warden"].client
    for path, (_, do, _) in PATHS.items():
        name = unique("target")
        stage.bring(name, {"tenant:read"})
        if path == "role deleted":
            stage.admin.delete(f"/v1/grants/{grants_of(stage, name)[0]['id']}")
        assert do(stage, warden, name) in (None, "wrong_state"), path


# What the ceilings are measured by: (path, body's members, code).
CEILINGS = [
    ("grants", {"role": "partner_admin", "scope": "subtree"}, "ceiling"),
    ("grants", {"role": "provider_admin", "scope": "self"}, "kind_ceiling"),
    ("roles", {"permissions": ["grant:assign_privileged"]}, "ceiling"),
    ("roles", {"permissions": ["tenant:create_customer"], "kinds": ["customer"]}, "kind_ceiling"),
]


@pytest.mark.parametrize("what, members, code", CEILINGS)
def test_nobody_gives_more_than_there_is_to_give(stage, what, members, code):
    caller = stage.people["helper"].client
    more = {"principal_id": stage.people["plain"].id} if what == "grants" else {"name": unique("made")}
    caller.problem("POST", f"/v1/tenants/{stage.tenant}/{what}", 422, code, json=members | more)
    if what == "roles":
        wanted = {name: value for name, value in members.items() if name != "name"}
        caller.problem("PATCH", f"/v1/roles/{stage.roles['plain']}", 422, code, json=wanted)
    else:
        row = row_of(stage, "plain", role=members["role"], scope=members["scope"])
        assert loaded(stage, caller, row) == code
