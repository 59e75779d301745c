"""Idempotency-Key: sent twice, done once."""
from concurrent.futures import ThreadPoolExecutor

import pytest

from support import source
from support.estate import PASSWORD, unique
from support.jobs import Jobs


@pytest.fixture(name="key")
def new_key():
    return {"Idempotency-Key": unique("key")}


def test_the_same_request_again_gets_the_same_reply(estate, admin, key):
    body = {"parent_id": estate.id("alpha"), "kind": "customer", "name": unique("once")}
    first = admin.post("/v1/tenants", body, 201, headers=key)
    again = admin.post("/v1/tenants", body, 201, headers=key)
    assert again.content == first.content and again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first.headers
    assert len(list(admin.pages("/v1/tenants", name=body["name"]))) == 1


def test_another_request_with_the_key_is_refused(estate, admin, key):
    body = {"parent_id": estate.id("alpha"), "kind": "customer", "name": unique("once")}
    admin.post("/v1/tenants", body, 201, headers=key)
    for other in (body | {"name": unique("other")}, body | {"external_id": "x"}):
        admin.problem("POST", "/v1/tenants", 422, "idempotency_key_reused", json=other, headers=key)
    path = f"/v1/tenants/{estate.id('alpha_one')}/users"
    admin.problem("POST", path, 422, "idempotency_key_reused", json={"login": unique("user")}, headers=key)


def test_a_key_is_its_callers_own(estate, key):
    body = {"login": unique("user")}
    path = f"/v1/tenants/{estate.id('alpha_two')}/users"
    estate.actor("alpha", "partner_admin").post(path, body, 201, headers=key)
    problem = estate.person("alpha", "partner_admin").client.problem("POST", path, 409, "already_exists", json=body, headers=key)
    assert "request_id" in problem


def test_a_secret_is_not_shown_again(estate, admin, key):
    path = f"/v1/tenants/{estate.id('alpha_one')}/clients"
    body = {"display_name": unique("machine")}
    first = admin.post(path, body, 201, headers=key).json()
    again = admin.post(path, body, 201, headers=key).json()
    assert again == {"client": first["client"], "client_secret": None, "secret_already_shown": True}


def test_an_invitation_is_not_shown_again_and_stays_good(estate, admin, anonymous, key):
    user = estate.new_user()
    first = admin.post(f"/v1/users/{user['id']}/invite", status=201, headers=key).json()
    again = admin.post(f"/v1/users/{user['id']}/invite", status=201, headers=key).json()
    assert again == {"sent": False, "token": None, "link": None, "expires_at": first["expires_at"], "secret_already_shown": True}
    anonymous.post("/v1/invitations/accept", {"token": first["token"], "password": "correct horse battery 9 staple"})


def test_a_refused_request_leaves_its_key_free(estate, admin, key):
    path, body = f"/v1/tenants/{estate.id('alpha')}/roles", {"name": unique("once"), "permissions": ["tenant:create_customer"]}
    admin.post(path, body | {"kinds": ["customer"]}, 422, headers=key)
    admin.post(path, body | {"kinds": ["partner"]}, 201, headers=key)


def test_a_repeated_suspension_is_no_second_one(estate, admin, key):
    user = estate.new_user()
    first = admin.post(f"/v1/users/{user['id']}/suspend", headers=key)
    admin.post(f"/v1/users/{user['id']}/resume")
    again = admin.post(f"/v1/users/{user['id']}/suspend", headers=key)
    assert again.json() == first.json()
    assert admin.get(f"/v1/users/{user['id']}").json()["state"] == "invited"


def test_at_the_same_time_it_is_done_once(estate, admin, key):
    body = {"parent_id": estate.id("alpha"), "kind": "customer", "name": unique("once")}
    callers = [admin.other(admin.token) for _ in range(8)]
    with ThreadPoolExecutor(len(callers)) as pool:
        replies = list(pool.map(lambda caller: caller.post("/v1/tenants", body, None, headers=key), callers))
    made = {reply.json()["id"] for reply in replies if reply.status_code == 201}
    assert len(made) == 1 and {reply.status_code for reply in replies} <= {201, 409}
    assert len(list(admin.pages("/v1/tenants", name=body["name"]))) == 1


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_has_1_to_255_characters(estate, admin, key):
    body = {"kind": "customer", "name": unique("once"), "parent_id": estate.id("alpha")}
    reply = admin.call("POST", "/v1/tenants", None, json=body, headers={"Idempotency-Key": key})
    assert reply.status_code == 400 and reply.json()["errors"][0]["field"] == "Idempotency-Key"


@pytest.fixture(scope="module", name="person")
def made_person(estate):
    return estate.person()


@pytest.mark.parametrize("path", [r.path for r in source.routes() if (r.method, r.scope) == ("POST", "self")])
def test_what_keeps_no_reply_refuses_the_key_and_does_nothing(person, key, path):
    """A second factor or recovery codes, shown once, would else be made twice by whoever relies on it."""
    problem = person.client.problem("POST", path.replace("{id}", person.id), 400, "malformed", json={"password": PASSWORD}, headers=key)
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [("Idempotency-Key", "unknown")]
    assert person.client.get("/v1/me/factors").json()["authenticators"] == []


def test_a_key_of_one_thing_is_not_that_of_another_at_the_same_place(estate, admin, key):
    """What stands behind the tenant in the path counts too."""
    jobs = Jobs(admin, estate.id("alpha"))
    one, two = jobs.open(), jobs.open()
    admin.call("POST", f"{jobs.path(one)}/start", 200, headers=key)
    assert admin.call("POST", f"{jobs.path(two)}/start", 422, headers=key).json()["code"] == "idempotency_key_reused"
    assert jobs.see(two)["state"] == "open"
