"""Where people may sign in from, by the policy of their tenant: elsewhere a right password is as wrong as a wrong one."""
import pytest

from support.client import code, next_step
from support.estate import unique

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


def test_the_neighbour_signs_in_from_anywhere(estate, admin, home):
    narrow(admin, home, "192.0.2.0/24")
    neighbour = estate.person("alpha_two")
    at(neighbour, OUTSIDE).post("/v1/login", neighbour.body())


def test_fewer_attempts_are_what_the_tenant_says(estate, admin, home):
    person = estate.person(home["name"])
    admin.patch(f"/v1/tenants/{home['id']}/security-policy", {"account_attempts": 3})
    statuses = [person.client.other().call("POST", "/v1/login", json=person.body(password="wrong " * 4)).status_code for _ in range(5)]
    assert statuses.count(401) <= 3 and statuses[-1] == 429
