"""Suspending and ending end every kind of token below at once, resuming and restoring bring back exactly what was; a grant taken is
gone (A28 to A30, D15)."""
import contextlib
import secrets
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from digest import changed
from support.client import code
from world import Actor, Grant, unused

# What is not the state: who asked what, the numbering of changes, attempts at signing in and their time, the version of the tenant's row.
AUDITS = {"bailiwick.audit_event": "false", "bailiwick.policy_event": "false", "bailiwick.session": "false",
          "vault.refresh": "false", "vault.known": "false"}
MOVING = ("version", "updated_at", "signed_in_at")
# Without word for this long a process answers nothing unless policy_lease says otherwise: no revocation stays unseen longer.
LEASE_SECONDS = 2


class Household:
    """One of each kind of credential at a tenant."""

    def __init__(self, estate, tenant):
        self.estate, self.api, self.tenant = estate, estate.api, tenant
        role = [Grant(tenant, "viewer")]
        self.person = estate.enter(Actor("person", tenant, role))
        self.machine = estate.enter(Actor("machine", tenant, [Grant(tenant, "viewer")], kind="client"))
        self.doubled = estate.enter(Actor("doubled", tenant))
        self.secret = estate.api.must(200, "POST", "/v1/me/totp", self.doubled.token,
                                      body={"password": self.doubled.password})["secret"]
        estate.api.must(200, "POST", "/v1/me/totp/confirm", self.doubled.token, body={"code": code(self.secret, -1)})
        self.pending = self.first_step().body["pending_token"]
        self.invitation = estate.made(f"/v1/users/{estate.user(tenant)}/invite", None)["token"]

    def first_step(self):
        who = self.doubled
        return self.api.call("POST", "/v1/login", body={"login": who.login, "password": who.password,
                                                        "tenant": self.tenant.code})

    def refreshed(self):
        reply = self.api.call("POST", "/v1/token/refresh", body={"refresh_token": self.person.refresh})
        if reply.status == 200:
            self.person.refresh = reply.body["refresh_token"]
        return reply

    def log_in(self):
        who = self.person
        return self.api.call("POST", "/v1/login", body={"login": who.login, "password": who.password,
                                                        "tenant": self.tenant.code})

    def client_token(self):
        form = f"grant_type=client_credentials&client_id={self.machine.id}&client_secret={self.machine.password}"
        return self.api.call("POST", "/oauth2/token", form=form)

    def answers(self):
        """kind of credential -> reply, of those that can be used again and again."""
        return {"access token": self.api.call("GET", "/v1/me", self.person.token),
                "access token for a row": self.api.call("GET", f"/v1/tenants/{self.tenant.id}", self.person.token),
                "refresh token": self.refreshed(),
                "password": self.log_in(),
                "password before a code": self.first_step(),
                "client's access token": self.api.call("GET", "/v1/me", self.machine.token),
                "client's secret": self.client_token()}

    def spent_once(self):
        """Those that success uses up."""
        return {"pending token": self.api.call("POST", "/v1/login/totp", body={
                    "pending_token": self.pending, "code": code(self.secret)}),
                "invitation": self.api.call("POST", "/v1/invitations/accept", body={
                    "token": self.invitation, "password": secrets.token_urlsafe(18)})}

    def step_up(self):
        return self.api.call("POST", "/v1/me/step-up", self.person.token, body={"code": "000000"})

    def ended(self):
        assert self.step_up().status == 401
        for kind, reply in self.answers().items():
            assert reply.status == 401, f"{kind} at {self.tenant.name}: {reply}"
        for kind, reply in self.spent_once().items():
            assert reply.status in (401, 422), f"{kind} at {self.tenant.name}: {reply}"

    def lives(self):
        assert self.step_up().status == 422  # a code is looked at, and is wrong
        for kind, reply in self.answers().items():
            assert reply.status == 200, f"{kind} at {self.tenant.name}: {reply}"


@pytest.fixture(scope="module")
def households(estate):
    """A distributor, a partner below it, a customer below that, and a neighbour of the customer's."""
    top = estate.tenant("top", "partner", estate.tenants["provider"])
    middle = estate.tenant("middle", "partner", top)
    return [Household(estate, tenant) for tenant in
            (top, middle, estate.tenant("bottom", "customer", middle), estate.tenant("aside", "customer", middle))]


@pytest.mark.parametrize("reach", ["staff", "subtree"])
@pytest.mark.parametrize("index", range(3), ids=["distributor", "partner", "customer"])
def test_suspension_ends_every_token_and_resuming_restores(estate, households, digest, index, reach):
    suspended = households[index].tenant
    before = digest.take(AUDITS, MOVING)
    estate.suspend(suspended, reach)
    for household in households:
        home = household.tenant
        if home is suspended or (reach == "subtree" and home.within(suspended)):
            household.ended()
        else:
            household.lives()
    estate.resume(suspended)
    assert changed(before, digest.take(AUDITS, MOVING)) == []
    for household in households:
        household.lives()


def test_an_end_ends_every_token_in_every_process_and_restoring_restores(estate, households, digest):
    over = households[1].tenant
    within = [household for household in households if household.tenant.within(over)]
    before = digest.take(AUDITS, MOVING)
    estate.terminate(over.id)
    for household in households:
        household.ended() if household in within else household.lives()
    start = time.monotonic()
    while any(estate.brief.call("GET", "/v1/me", household.person.token).status != 401 for household in within):
        assert time.monotonic() - start < LEASE_SECONDS + 5, "an end stays unseen"
    estate.restore(over.id)
    assert changed(before, digest.take(AUDITS, MOVING)) == []
    for household in households:
        household.lives()


def test_what_suspension_kept_from_use_is_not_used_up(households):
    """After all the refusals above, the code and the invitation work once."""
    for household in households:
        for kind, reply in household.spent_once().items():
            assert reply.status == 200, f"{kind} at {household.tenant.name}: {reply}"


# D15, A29: a grant.

@pytest.fixture(scope="module")
def holder(estate):
    return estate.enter(Actor("holder", estate.tenants["p1"]))


def status_of(api, holder, tenant):
    return api.call("GET", f"/v1/tenants/{tenant.id}", holder.token).status


def seconds_until(api, holder, tenant, status):
    start = time.monotonic()
    while status_of(api, holder, tenant) != status:
        assert time.monotonic() - start < LEASE_SECONDS + 5, "a revocation stays unseen"
        time.sleep(0.002)
    return time.monotonic() - start


def given_and_taken(estate, holder, rounds):
    """Longest delay seen in the other process; in this one there must be none."""
    tenant, longest = estate.tenants["a"], 0
    for _ in range(rounds):
        grant = estate.grant(tenant, holder.id)
        assert status_of(estate.api, holder, tenant) == 200
        seconds_until(estate.brief, holder, tenant, 200)
        estate.api.must(204, "DELETE", f"/v1/grants/{grant}", estate.admin.token)
        assert status_of(estate.api, holder, tenant) == 404
        longest = max(longest, seconds_until(estate.brief, holder, tenant, 404))
    return longest


def test_a_grant_taken_is_gone_at_the_next_request(estate, holder):
    assert given_and_taken(estate, holder, 30) <= LEASE_SECONDS


@contextlib.contextmanager
def held_open(cluster, database):
    """A transaction with a number, which does nothing and does not end."""
    with cluster.connect("postgres", database) as connection:
        connection.execute("SELECT pg_current_xact_id()")
        yield
        connection.rollback()


@pytest.mark.parametrize("database", ["postgres", "bailiwick"])
def test_an_open_transaction_elsewhere_delays_no_revocation(estate, service, holder, database):
    with held_open(service.cluster, database):
        assert given_and_taken(estate, holder, 10) <= LEASE_SECONDS


def test_a_grant_taken_ends_what_many_threads_ask_with_it(estate, holder):
    """Nobody is let in once the reply to the revocation has been sent."""
    tenant, grant = estate.tenants["b"], estate.grant(estate.tenants["b"], holder.id)
    seen = []

    def ask(_):
        for _ in range(40):
            start = time.monotonic()
            seen.append((start, status_of(estate.api, holder, tenant)))

    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask, i) for i in range(4)]
        time.sleep(0.05)
        estate.api.must(204, "DELETE", f"/v1/grants/{grant}", estate.admin.token)
        gone = time.monotonic()
        for each in asking:
            each.result()
    assert 200 in {status for start, status in seen if start < gone}
    assert {status for start, status in seen if start > gone} <= {404}


# A30: the states of who signs in.

def test_a_suspended_machine_has_no_token(estate):
    tenant = estate.tenants["a"]
    machine = estate.enter(Actor("machine", tenant, [Grant(tenant, "viewer")], kind="client"))
    path = f"/v1/clients/{machine.id}"
    estate.api.must(200, "PATCH", path, estate.admin.token, body={"state": "suspended"})
    form = f"grant_type=client_credentials&client_id={machine.id}&client_secret={machine.password}"
    assert estate.api.call("GET", "/v1/me", machine.token).status == 401
    assert estate.api.call("POST", "/oauth2/token", form=form).status == 401
    estate.api.must(200, "PATCH", path, estate.admin.token, body={"state": "active"})
    assert estate.api.call("POST", "/oauth2/token", form=form).status == 200


@pytest.mark.parametrize("action", ["suspend", "terminate"])
def test_a_suspended_or_terminated_user_is_out_on_every_path(estate, action):
    person = estate.enter(Actor(unused("out"), estate.tenants["a"]))
    reset = estate.made(f"/v1/users/{person.id}/reset-password", None)["token"]
    estate.api.must(200, "POST", f"/v1/users/{person.id}/{action}", estate.admin.token)
    tries = [estate.api.call("GET", "/v1/me", person.token),
             estate.api.call("POST", "/v1/token/refresh", body={"refresh_token": person.refresh}),
             estate.api.call("POST", "/v1/login", body={"login": person.login, "password": person.password,
                                                        "tenant": person.home.code}),
             estate.api.call("POST", "/v1/me/totp", person.token, body={"password": person.password}),
             estate.api.call("POST", "/v1/me/step-up", person.token, body={"code": "000000"}),
             estate.api.call("POST", "/v1/password/reset", body={"token": reset, "password": secrets.token_urlsafe(18)})]
    assert [reply.status for reply in tries] == [401, 401, 401, 401, 401, 422]
