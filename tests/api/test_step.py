"""The steps of server/api/step.def: each takes, makes known and audits what its row says, and believes a portal's backend alike."""
import time
from dataclasses import dataclass

import pytest

from support import source
from support.client import Client, code
from support.estate import PASSWORD, Estate, unique
from support.mailbox import Mailbox
from support.server import Server

ANOTHER = "an entirely different one"
WRONG = "not the one that it is"
HOME = "203.0.113.70"
STEPS = source.steps()
STATED = [step for step in STEPS if step.address == "STATED"]


@pytest.fixture(scope="module", name="at")
def sending_service(document):
    mailbox = Mailbox().start()
    server = Server(smtp_url=mailbox.url, smtp_from="access@example.org", base_url="https://access.example", smtp_pace=100000)
    try:
        yield Estate(server.start(), document)
        server.stop()
    finally:
        server.close()
        mailbox.stop()


@dataclass
class Scene:
    """A portal of a partner, and a person of the partner's customer who is about to make a step."""
    at: Estate
    home: dict
    portal: Client
    person: object
    form: bool = False
    caller: Client = None  # who makes the step, where it is not the portal

    def login(self, **more):
        return self.portal.post("/v1/login", self.person.body(client_address=HOME, **more)).json()

    def enrolled(self):
        """The person has a second factor, of which the code of now is good."""
        self.person.log_in()
        made = self.person.client.post("/v1/me/totp", {"password": PASSWORD}).json()
        self.person.secret = made["secret"]
        confirmed = self.person.client.post("/v1/me/totp/confirm", {"code": code(made["secret"], -1)}).json()
        self.person.recovery_codes = confirmed["recovery_codes"]
        return self.login()["pending_token"]

    def enrolling(self):
        return self.login(audience="analytics")["pending_token"]

    def forget(self):
        """Nothing is known of where they were, and nothing counted."""
        self.at.server.sql("DELETE FROM vault.known")
        self.at.server.sql("DELETE FROM vault.throttle")

    def events(self, reader=None):
        return list((reader or self.at.admin.client).pages(f"/v1/tenants/{self.home['id']}/audit", outcome="done"))

    def is_stranger(self, address, **shown):
        """Of an account that has no attempt left for strangers."""
        self.at.server.sql("DELETE FROM vault.throttle")
        for i in range(12):
            guess = self.person.body(password=WRONG, client_address=f"198.51.100.{i}")
            self.portal.post("/v1/login", guess, None)
            self.portal.post("/v1/login", guess, None)
        last = self.person.body(password=WRONG, client_address=address, **shown)
        return self.portal.post("/v1/login", last, None).status_code == 429


def login(scene):
    return "/v1/login", scene.person.body()


def login_totp(scene):
    pending = scene.enrolled()
    return "/v1/login/totp", {"pending_token": pending, "code": code(scene.person.secret)}


def login_recovery(scene):
    pending = scene.enrolled()
    return "/v1/login/recovery", {"pending_token": pending, "code": scene.person.recovery_codes[0]}


def login_enroll(scene):
    return "/v1/login/enroll", {"pending_token": scene.enrolling()}


def login_enroll_confirm(scene):
    pending = scene.enrolling()
    made = scene.portal.post("/v1/login/enroll", {"pending_token": pending, "client_address": HOME}).json()
    return "/v1/login/enroll/confirm", {"pending_token": pending, "code": code(made["secret"])}


def login_password(scene):
    scene.at.admin.client.patch(f"/v1/tenants/{scene.home['id']}/security-policy", {"password_age": 86400})
    scene.at.server.sql(f"""UPDATE vault.credential SET changed_at = now() - interval '2 days'
                             WHERE principal_id = '{scene.person.id}'""")
    return "/v1/login/password", {"pending_token": scene.login()["pending_token"], "new_password": ANOTHER}


def refresh_token(scene):
    return "/v1/token/refresh", {"refresh_token": scene.login()["refresh_token"]}


def issue_client_token(scene):
    scene.form = True
    return "/oauth2/token", {"grant_type": "refresh_token", "refresh_token": scene.person.log_in().refresh_token}


def step_up(scene):
    recovery = {"pending_token": scene.enrolled(), "code": scene.person.recovery_codes[0], "client_address": HOME}
    session = scene.portal.post("/v1/login/recovery", recovery).json()
    scene.caller = scene.portal.other(session["access_token"])
    return "/v1/me/step-up", {"code": code(scene.person.secret)}


def forgot_password(scene):
    scene.at.admin.client.patch(f"/v1/users/{scene.person.id}", {"email": f"{unique('step')}@example.net"})
    scene.at.server.sql("UPDATE principal SET email_changed_at = now() - interval '25 hours'")
    return "/v1/password/forgot", {"login": scene.person.login, "tenant": scene.person.tenant_code}


def reset_password(scene):
    return "/v1/password/reset", {"token": scene.at.reset(scene.person.id), "password": ANOTHER}


def accept_invitation(scene):
    user = scene.at.new_user(scene.home["name"])
    scene.person.login, scene.person.id = user["login"], user["id"]
    return "/v1/invitations/accept", {"token": scene.at.invite(user["id"]), "password": ANOTHER}


WAYS = {"login": login, "loginTotp": login_totp, "loginRecovery": login_recovery, "loginEnroll": login_enroll,
        "loginEnrollConfirm": login_enroll_confirm, "loginPassword": login_password, "refreshToken": refresh_token,
        "issueClientToken": issue_client_token, "stepUp": step_up, "forgotPassword": forgot_password,
        "resetPassword": reset_password, "acceptInvitation": accept_invitation}


@pytest.fixture(scope="module", name="portal")
def backend_of_a_partner(at):
    return at.machine("alpha", "portal")


@pytest.fixture(name="scene")
def about_to_step(at, portal):
    home = at.new_tenant(name=unique("stepping"))
    at.tenants[home["name"]] = home
    return Scene(at, home, portal, at.person(home["name"], log_in=False))


def made(scene, step, path, body):
    """The reply to the step."""
    more = {"client_address": HOME} if step.address == "STATED" else {}
    if step.device == "SHOWN":
        more["remember_device"] = True
    if scene.form:
        return scene.portal.other().call("POST", path, 200, data=body)
    reply = (scene.caller or scene.portal).post(path, body | more, None)
    assert reply.status_code in (200, 202), reply.text
    return reply


def written(scene, step, before, seconds=30):
    """The events of the step, in their order; what a job writes comes a moment later."""
    deadline, found = time.monotonic() + seconds, []
    while len(found) < len(step.audit) and time.monotonic() < deadline:
        found = [event for event in reversed(scene.events()) if event["id"] not in before and event["action"] == step.operation]
        time.sleep(0.05)
    return found


def test_every_step_is_tried():
    assert set(WAYS) == {step.operation for step in STEPS}


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_a_step_does_what_its_row_says(scene, step):
    path, body = WAYS[step.operation](scene)
    before = {event["id"] for event in scene.events()}
    scene.forget()
    reply = made(scene, step, path, body)
    events = written(scene, step, before)
    assert [event["object_kind"] for event in events] == list(step.audit)
    if step.address == "OWN":
        assert {event["address"] for event in events} != {HOME}
        assert [event["after"] for event in events] == [None] * len(events)
    else:
        relay = scene.portal.get("/v1/me").json()["id"]
        assert {event["address"] for event in events} == {HOME}
        assert [event["after"] for event in events] == [{"relayed_by": relay}] * len(events)
    assert scene.is_stranger(HOME) == (step.device == "NONE")
    if step.device == "SHOWN":
        assert not scene.is_stranger("198.51.100.200", device_token=reply.json()["device_token"])


@pytest.mark.parametrize("step", STATED, ids=str)
def test_a_step_is_refused_whose_address_somebody_else_states(at, scene, step):
    """And it is neither made nor used up by that: who may make it, then, makes it."""
    path, body = WAYS[step.operation](scene)
    stated = body | {"client_address": HOME}
    before = scene.events()
    for caller in (at.machine("beta", "portal"), at.machine("alpha", "viewer"), at.actor("alpha", "partner_admin"),
                   at.admin.client.other()):
        caller.problem("POST", path, 403, "forbidden", json=stated)
    at.admin.client.other("bw1_nonsense").problem("POST", path, 401, "unauthenticated", json=stated)
    malformed = scene.portal.problem("POST", path, 400, "malformed", json=body | {"client_address": "203.0.113.0/24"})
    assert [error["field"] for error in malformed["errors"]] == ["client_address"]
    assert scene.events() == before
    made(scene, step, path, body)


RUBBISH = {
    "login": {"login": "nobody", "password": WRONG, "tenant": "none-of-ours"},
    "loginTotp": {"pending_token": "rubbish", "code": "000000"},
    "loginRecovery": {"pending_token": "rubbish", "code": "rubbish"},
    "loginEnroll": {"pending_token": "rubbish"},
    "loginEnrollConfirm": {"pending_token": "rubbish", "code": "000000"},
    "loginPassword": {"pending_token": "rubbish", "new_password": ANOTHER},
    "refreshToken": {"refresh_token": "rubbish"},
    "forgotPassword": {"login": "nobody", "tenant": "none-of-ours"},
    "resetPassword": {"token": "rubbish", "password": ANOTHER},
    "acceptInvitation": {"token": "rubbish", "password": ANOTHER},
}


def test_nothing_is_believed_of_a_machine_that_relays_for_nobody(at, portal):
    """Though the step comes to nobody for whom it could be asked: the address is in no event of its refusal, as a portal's is."""
    plain, paths = at.machine("alpha", "viewer"), {route.operation: route.path for route in source.routes()}
    forged, told = "198.51.100.222", "198.51.100.223"
    for step in STATED:
        body = RUBBISH[step.operation]
        plain.problem("POST", paths[step.operation], 403, "forbidden", json=body | {"client_address": forged})
    portal.post("/v1/login/totp", RUBBISH["loginTotp"] | {"client_address": told}, 401)
    deadline, written = time.monotonic() + 60, []
    while told not in written and time.monotonic() < deadline:
        written = [row[0] for row in at.server.sql(f"SELECT address FROM audit_event WHERE address IN ('{forged}', '{told}')")]
        time.sleep(0.05)
    assert told in written and forged not in written


def test_who_sees_nothing_of_the_portal_is_not_told_which_it_was(at, scene):
    scene.login()
    reader = at.person(scene.home["name"], "auditor").client
    event = next(event for event in scene.events(reader) if event["action"] == "login" and event["address"] == HOME)
    assert event["after"] == {"relayed_by": None}
    event = next(event for event in scene.events(reader) if event["action"] == "login" and event["address"] != HOME)
    assert event["after"] is None


def test_who_asks_for_a_new_password_by_a_portal_is_counted_where_they_are(at, portal, scene):
    """Whether there is such a person or not; a tenant elsewhere is answered like none."""
    for name in (scene.person.login, unique("nobody")):
        reply = portal.post("/v1/password/forgot", {"login": name, "tenant": scene.home["code"], "client_address": HOME}, 202)
        assert reply.json() == {"accepted": True}
    refusals = [portal.problem("POST", "/v1/password/forgot", 403, "forbidden", json={
        "login": scene.person.login, "tenant": tenant, "client_address": HOME})
        for tenant in (at.tenants["beta_one"]["code"], "none-of-ours")]
    assert len({str({k: v for k, v in refusal.items() if k != "request_id"}) for refusal in refusals}) == 1

    def ask(address):
        body = {"login": scene.person.login, "tenant": scene.home["code"], "client_address": address}
        return portal.post("/v1/password/forgot", body, None).status_code
    assert {ask("203.0.113.71") for _ in range(100)} == {202}
    assert (ask("203.0.113.71"), ask("203.0.113.72")) == (429, 202)
