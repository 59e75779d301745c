"""Where people may sign in from, by the policy of their tenant: elsewhere a right password is as wrong as a wrong one."""
import pytest

from support.client import code, next_step
from support.estate import unique
from test_throttle import hashes

INSIDE, OUTSIDE = "192.0.2.7", "198.51.100.9"


@pytest.fixture(name="home")
def new_customer(estate):
    tenant = estate.new_tenant("customer", estate.id("alpha"), unique("customer"))
    estate.tenants[tenant["name"]] = tenant
    return tenant


def narrow(admin, tenant, *networks):
    admin.patch(f"/v1/tenants/{tenant['id']}/security-policy", {"networks": list(networks) or None})


def at(person, address):
    caller = person.client.other()
    caller.address = address
    return caller


def told(reply):
    """All that the caller learns, but for the name of the request."""
    problem = reply.json()
    problem.pop("request_id")
    headers = {k: v for k, v in reply.headers.items() if k not in ("Date", "X-Request-Id")}
    return reply.status_code, problem, headers


def test_from_elsewhere_the_right_password_answers_as_a_wrong_one(estate, admin, home):
    person = estate.person(home["name"])
    narrow(admin, home, "192.0.2.0/24")
    outside = at(person, OUTSIDE)
    wrong = outside.call("POST", "/v1/login", 401, json=person.body(password="not the one that it is"))
    right = outside.call("POST", "/v1/login", 401, json=person.body())
    assert told(right) == told(wrong)
    assert right.json()["code"] == "login_failed"
    at(person, INSIDE).post("/v1/login", person.body())


def test_from_elsewhere_a_second_factor_is_not_even_asked_for(estate, admin, home):
    person = estate.person(home["name"]).enrol()
    narrow(admin, home, "192.0.2.0/24")
    at(person, OUTSIDE).problem("POST", "/v1/login", 401, "login_failed", json=person.body())
    pending = at(person, INSIDE).post("/v1/login", person.body()).json()
    # Begun inside and gone on with outside is no way in either.
    next_step()
    body = {"pending_token": pending["pending_token"], "code": code(person.secret)}
    at(person, OUTSIDE).problem("POST", "/v1/login/totp", 401, "login_failed", json=body)
    at(person, INSIDE).post("/v1/login/totp", body)


def test_a_refresh_from_elsewhere_is_refused_and_ends_nothing(estate, admin, home):
    person = estate.person(home["name"])
    narrow(admin, home, "192.0.2.0/24", "2001:db8::/32")
    body = {"refresh_token": person.refresh_token}
    unknown = at(person, OUTSIDE).call("POST", "/v1/token/refresh", 401, json={"refresh_token": "bwr_" + "A" * 43})
    refused = at(person, OUTSIDE).call("POST", "/v1/token/refresh", 401, json=body)
    assert told(refused) == told(unknown)
    at(person, "2001:db8::5").post("/v1/token/refresh", body)


def at_once(caller, *addresses):
    """Statuses of the same request from each."""
    statuses = []
    for address in addresses:
        caller.address = address
        statuses.append(caller.call("GET", "/v1/me").status_code)
    return statuses


@pytest.mark.parametrize("networks, inside, outside", [(["192.0.2.0/24"], INSIDE, (OUTSIDE, "2001:db8::5", "192.0.3.7")),
                                                       (["2001:db8::/32"], "2001:db8::5", (INSIDE, "2001:db9::5"))])
def test_a_token_from_elsewhere_is_refused_on_the_very_next_request(estate, admin, home, networks, inside, outside):
    """Whatever is asked for, as a token of nobody; and it is good still where it was."""
    person = estate.person(home["name"], "customer_admin")
    assert at_once(person.client, inside, *outside) == [200] * (1 + len(outside))
    narrow(admin, home, *networks)
    assert at_once(person.client, inside, *outside) == [200] + [401] * len(outside)
    unknown = person.client.other("bw1_nonsense")
    unknown.address = person.client.address = outside[0]
    for method, path in (("GET", f"/v1/tenants/{home['id']}"), ("POST", "/v1/logout"), ("POST", "/v1/me/step-up")):
        assert told(person.client.call(method, path, 401)) == told(unknown.call(method, path, 401))
    person.client.address = inside
    person.client.get(f"/v1/tenants/{home['id']}")
    narrow(admin, home)
    assert at_once(person.client, *outside) == [200] * len(outside)


def test_a_token_is_bound_by_every_list_above_and_by_no_neighbours(estate, admin):
    partner = estate.new_tenant("partner", estate.id("alpha"), unique("partner"))
    customer = estate.new_tenant("customer", partner["id"], unique("customer"))
    estate.tenants[customer["name"]] = customer
    person, neighbour = estate.person(customer["name"]), estate.person("alpha_one")
    narrow(admin, customer, "192.0.2.0/24", "198.51.100.0/24")
    narrow(admin, partner, "192.0.2.0/28")
    assert at_once(person.client, INSIDE, OUTSIDE, "192.0.2.99") == [200, 401, 401]
    assert at_once(neighbour.client, OUTSIDE) == [200]


@pytest.mark.parametrize("network, inside, outside", [("192.0.2.0/24", INSIDE, OUTSIDE), ("2001:db8::/48", "2001:db8::7", "2001:db8:1::7")])
def test_a_machines_token_too_by_its_own_networks(estate, admin, home, network, inside, outside):
    """Where people of its tenant may be says nothing of it."""
    narrow(admin, home, "203.0.113.0/24")
    made, secret = estate.new_machine(home["name"], "viewer")
    caller = admin.other()
    form = {"grant_type": "client_credentials", "client_id": made["id"], "client_secret": secret}
    for networks, statuses in (([network], [200, 401]), ([], [200, 200])):
        admin.patch(f"/v1/clients/{made['id']}", {"networks": networks})
        caller.token, caller.address = None, inside
        caller.token = caller.call("POST", "/oauth2/token", 200, data=form).json()["access_token"]
        assert at_once(caller, inside, outside) == statuses
    admin.patch(f"/v1/clients/{made['id']}", {"networks": [network]})
    assert at_once(caller, inside, outside) == [401, 401]  # what began before another list has ended


def test_every_list_on_the_way_down_has_to_hold_the_address(estate, admin):
    partner = estate.new_tenant("partner", estate.id("alpha"), unique("partner"))
    customer = estate.new_tenant("customer", partner["id"], unique("customer"))
    estate.tenants[customer["name"]] = customer
    person = estate.person(customer["name"], log_in=False)
    narrow(admin, customer, "192.0.2.0/24", "198.51.100.0/24")
    narrow(admin, partner, "192.0.2.0/28")
    at(person, INSIDE).post("/v1/login", person.body())
    for address in (OUTSIDE, "192.0.2.99"):
        at(person, address).problem("POST", "/v1/login", 401, "login_failed", json=person.body())
    narrow(admin, partner)
    at(person, OUTSIDE).post("/v1/login", person.body())


@pytest.mark.parametrize("audience, path, step", [("analytics", "enroll", {}), ("service", "password", {"new_password": "x" * 20})])
def test_every_step_of_a_login_is_taken_from_there(estate, admin, home, audience, path, step):
    person = estate.person(home["name"], log_in=False)
    narrow(admin, home, "192.0.2.0/24")
    admin.patch(f"/v1/tenants/{home['id']}/security-policy", {"password_change_first": True})
    loaded = "false" if path == "password" else "true"
    estate.server.sql(f"UPDATE vault.credential SET chosen = {loaded} WHERE principal_id = '{person.id}'")
    pending = at(person, INSIDE).post("/v1/login", person.body(audience=audience)).json()["pending_token"]
    step = step | {"pending_token": pending}
    at(person, OUTSIDE).problem("POST", f"/v1/login/{path}", 401, "login_failed", json=step)
    at(person, INSIDE).post(f"/v1/login/{path}", step)


def test_the_neighbour_signs_in_from_anywhere(estate, admin, home):
    narrow(admin, home, "192.0.2.0/24")
    neighbour = estate.person("alpha_two")
    at(neighbour, OUTSIDE).post("/v1/login", neighbour.body())


def test_fewer_attempts_are_what_the_tenant_says(estate, admin, home):
    person = estate.person(home["name"])
    admin.patch(f"/v1/tenants/{home['id']}/security-policy", {"account_attempts": 3})
    def tried(body):
        """Of strangers, in turn: what each is answered, and how many hashes that took."""
        before = hashes(estate.server)
        replies = [person.client.other().call("POST", "/v1/login", json=body) for _ in range(11)]
        return [reply.status_code for reply in replies], hashes(estate.server) - before
    # Who has tried more is told so when they would be at a tenant that there is not.
    assert tried(person.body(password="wrong " * 4)) == ([401] * 10 + [429], 10)
    assert tried(person.body(tenant="none-of-ours")) == ([401] * 10 + [429], 10)
    # Nor is it told where the owner has been, as anybody there who tries a name that there is not.
    here = [person.client.call("POST", "/v1/login", json=person.body(password="wrong " * 4)).status_code for _ in range(6)]
    assert here == [401] * 5 + [429]
