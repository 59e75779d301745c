"""Clients (machines): their secret, shown once, and the token that it buys."""
import base64
from urllib.parse import quote

import pytest

from support.estate import unique

FORM = {"grant_type": "client_credentials"}


@pytest.fixture(name="machine")
def new_machine(estate):
    return estate.new_machine("alpha_one", "viewer")


def token(caller, status=200, headers=None, **form):
    return caller.other().call("POST", "/oauth2/token", status, data=FORM | form, headers=headers)


def basic(id, secret):
    words = f"{quote(id, safe='')}:{quote(secret, safe='')}"
    return {"Authorization": "Basic " + base64.b64encode(words.encode()).decode()}


def test_the_secret_is_shown_when_it_is_made_and_never_again(estate, admin):
    body = {"display_name": unique("crm sync"), "external_id": unique("crm")}
    reply = admin.post(f"/v1/tenants/{estate.id('alpha_one')}/clients", body, 201)
    made = reply.json()
    assert made["client_secret"] and made["secret_already_shown"] is False
    read = admin.get(reply.headers["Location"])
    assert read.json() == made["client"] and read.headers["ETag"] == reply.headers["ETag"]
    assert made["client_secret"] not in read.text
    listed = admin.get(f"/v1/tenants/{estate.id('alpha_one')}/clients", params={"external_id": body["external_id"]})
    assert listed.json()["items"] == [made["client"]] and made["client_secret"] not in listed.text


def test_a_client_gets_a_token_by_form_or_by_header(machine, anonymous):
    client, secret = machine
    for reply in (token(anonymous, client_id=client["id"], client_secret=secret),
                  token(anonymous, headers=basic(client["id"], secret))):
        assert reply.json()["expires_in"] == 900
        me = anonymous.other(reply.json()["access_token"]).get("/v1/me").json()
        assert (me["id"], me["kind"]) == (client["id"], "client")


@pytest.mark.parametrize("change, status, error", [
    (lambda id, secret: {"client_id": id, "client_secret": secret + "x"}, 401, "invalid_client"),
    (lambda id, secret: {"client_id": "0190a5b8-7c4e-7000-8000-000000000000", "client_secret": secret}, 401, "invalid_client"),
    (lambda id, secret: {"client_id": "x", "client_secret": secret}, 401, "invalid_client"),
    (lambda id, secret: {"client_id": id}, 401, "invalid_client"),
    (lambda id, secret: {}, 401, "invalid_client"),
    (lambda id, secret: {"client_id": id, "client_secret": secret, "grant_type": "password"}, 400, "unsupported_grant_type"),
    (lambda id, secret: {"client_id": id, "client_secret": secret, "grant_type": ""}, 400, "invalid_request"),
])
def test_errors_have_the_form_of_oauth(machine, anonymous, change, status, error):
    reply = token(anonymous, status, **change(machine[0]["id"], machine[1]))
    assert reply.json() == {"error": error}


def test_whoever_authenticates_by_header_is_told_that_scheme(machine, anonymous):
    reply = token(anonymous, 401, headers=basic(machine[0]["id"], "wrong"))
    assert reply.headers["WWW-Authenticate"].startswith("Basic")


def test_a_client_authenticates_once(machine, anonymous):
    client, secret = machine
    reply = token(anonymous, 400, headers=basic(client["id"], secret), client_id=client["id"], client_secret=secret)
    assert reply.json() == {"error": "invalid_request"}


@pytest.mark.parametrize("text", ["grant_type=client_credentials&grant_type=client_credentials", "grant_type=%zz", "a=%00",
                                  "&".join(f"p{n}=1" for n in range(40)), ""])
def test_a_form_that_cannot_be_read_is_an_invalid_request(anonymous, text):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    reply = anonymous.call("POST", "/oauth2/token", 400, data=text, headers=headers)
    assert reply.json() == {"error": "invalid_request"}


def test_json_is_no_form(machine, anonymous):
    anonymous.call("POST", "/oauth2/token", 415, json=FORM)


def test_a_persons_token_is_no_client(estate, anonymous):
    header = {"Authorization": f"Bearer {estate.actor('alpha', 'viewer').token}"}
    assert token(anonymous, 401, headers=header).json() == {"error": "invalid_client"}


def test_a_client_that_is_suspended_is_out_at_once(estate, admin, machine, anonymous):
    client, secret = machine
    caller = anonymous.other(token(anonymous, client_id=client["id"], client_secret=secret).json()["access_token"])
    caller.get(f"/v1/tenants/{estate.id('alpha_one')}")
    assert admin.patch(f"/v1/clients/{client['id']}", {"state": "suspended"}).json()["state"] == "suspended"
    caller.get("/v1/me", 401)
    assert token(anonymous, 401, client_id=client["id"], client_secret=secret).json() == {"error": "invalid_client"}
    admin.patch(f"/v1/clients/{client['id']}", {"state": "active"})
    token(anonymous, client_id=client["id"], client_secret=secret)


def test_a_deleted_client_is_gone_with_all_it_held(estate, admin, machine, anonymous):
    client, secret = machine
    caller = anonymous.other(token(anonymous, client_id=client["id"], client_secret=secret).json()["access_token"])
    grants = [g["id"] for g in admin.pages(f"/v1/tenants/{estate.id('alpha_one')}/grants") if g["principal_id"] == client["id"]]
    assert len(grants) == 1
    admin.delete(f"/v1/clients/{client['id']}")
    caller.get("/v1/me", 401)
    token(anonymous, 401, client_id=client["id"], client_secret=secret)
    for path in (f"/v1/clients/{client['id']}", f"/v1/grants/{grants[0]}"):
        admin.get(path, 404)
    admin.delete(f"/v1/clients/{client['id']}", 404)


def test_a_patch_changes_what_it_names(machine, admin):
    path = f"/v1/clients/{machine[0]['id']}"
    changed = admin.patch(path, {"display_name": "Another", "external_id": unique("crm")}).json()
    assert changed["display_name"] == "Another" and admin.get(path).json() == changed
    assert admin.patch(path, {"external_id": None}).json()["external_id"] is None


def test_an_external_id_is_unique_in_its_tenant(estate, admin):
    body = {"display_name": "one", "external_id": unique("crm")}
    path = f"/v1/tenants/{estate.id('alpha_one')}/clients"
    admin.post(path, body, 201)
    admin.problem("POST", path, 409, "already_exists", json=body)


def test_a_machine_does_not_delete_itself(estate):
    machine = estate.machine("alpha_one", "provisioner")
    path = f"/v1/clients/{machine.get('/v1/me').json()['id']}"
    machine.problem("DELETE", path, 403, "forbidden")
    machine.problem("PATCH", path, 403, "forbidden", json={"state": "suspended"})


def test_a_user_is_no_client_and_a_client_no_user(estate, admin, machine):
    user = estate.new_user("alpha_one")
    admin.get(f"/v1/clients/{user['id']}", 404)
    admin.get(f"/v1/users/{machine[0]['id']}", 404)


def test_a_list_is_of_one_tenant_or_its_subtree(estate, admin, machine):
    path = f"/v1/tenants/{estate.id('alpha')}/clients"
    assert machine[0]["id"] not in [client["id"] for client in admin.pages(path)]
    assert machine[0]["id"] in [client["id"] for client in admin.pages(path, scope="subtree", state="active")]
    assert machine[0]["id"] not in [client["id"] for client in admin.pages(path, scope="subtree", state="suspended")]


def test_secrets_are_guessed_at_a_limited_rate_and_nobody_elsewhere_is_kept_out(machine, anonymous):
    client, secret = machine
    guesser = anonymous.other()
    wrong, right = (FORM | {"client_id": client["id"], "client_secret": text} for text in ("wrong", secret))
    for _ in range(10):
        guesser.call("POST", "/oauth2/token", 401, data=wrong)
    reply = guesser.call("POST", "/oauth2/token", 429, data=wrong)
    assert reply.json() == {"error": "temporarily_unavailable"} and int(reply.headers["Retry-After"]) > 0
    guesser.call("POST", "/oauth2/token", 200, data=right)
    token(anonymous, client_id=client["id"], client_secret=secret)


# Where a client may come from. Tests stand before the service as a trusted proxy: each caller has an address of its own.

NETWORKS = ["10.0.0.0/8", "2001:db8::/32"]


def from_address(caller, address, status, client, secret):
    form = FORM | {"client_id": client["id"], "client_secret": secret}
    return caller.other().call("POST", "/oauth2/token", status, headers={"X-Forwarded-For": address}, data=form)


def test_a_client_gets_tokens_from_its_networks_alone(admin, machine, anonymous):
    """From elsewhere as with a wrong secret, byte for byte."""
    client, secret = machine
    path = f"/v1/clients/{client['id']}"
    assert client["networks"] == []
    assert admin.patch(path, {"networks": NETWORKS}).json()["networks"] == NETWORKS
    for address in ("10.255.255.255", "10.0.0.1", "2001:db8::1", "2001:db8:ffff::", "::ffff:10.1.2.3"):
        from_address(anonymous, address, 200, client, secret)
    wrong = from_address(anonymous, "10.0.0.1", 401, client, secret[:-4] + "AAAA")
    for address in ("11.0.0.0", "192.0.2.1", "2001:db9::1", "::1"):
        reply = from_address(anonymous, address, 401, client, secret)
        assert (reply.content, reply.headers["WWW-Authenticate"]) == (wrong.content, wrong.headers["WWW-Authenticate"])
    admin.patch(path, {"networks": []})
    from_address(anonymous, "192.0.2.1", 200, client, secret)


def test_a_change_of_networks_ends_the_sessions_and_another_does_not(admin, machine, anonymous):
    client, secret = machine
    path = f"/v1/clients/{client['id']}"
    caller = anonymous.other(token(anonymous, client_id=client["id"], client_secret=secret).json()["access_token"])
    admin.patch(path, {"display_name": "renamed"})
    admin.patch(path, {"networks": []})
    caller.get("/v1/me")
    before = admin.get(path).headers["ETag"]
    admin.patch(path, {"networks": ["0.0.0.0/0", "::/0"]})
    caller.get("/v1/me", 401)
    assert admin.get(path).headers["ETag"] != before
    token(anonymous, client_id=client["id"], client_secret=secret)


@pytest.mark.parametrize("networks, field", [
    (["10.0.0.0/8", "10.0.0.1/8"], "networks[1]"), (["10.0.0.0/33"], "networks[0]"), (["x"], "networks[0]"), ([""], "networks[0]"),
    (["10.0.0"], "networks[0]"), (["::/129"], "networks[0]"), (["2001:db8::1/32"], "networks[0]"), (["10.0.0.0/8,::/0"], "networks[0]"),
    (["10.0.0.0/-1"], "networks[0]"), ([1], "networks[0]"), ("10.0.0.0/8", "networks"), (["10.0.0.0/8"] * 33, "networks"),
])
def test_what_is_no_network_is_named(estate, admin, machine, networks, field):
    body = {"display_name": unique("crm"), "networks": networks}
    for method, path in (("PATCH", f"/v1/clients/{machine[0]['id']}"), ("POST", f"/v1/tenants/{estate.id('alpha_one')}/clients")):
        problem = admin.problem(method, path, 400, "malformed", json=body)
        assert [error["field"] for error in problem["errors"]] == [field]


def test_a_client_is_made_with_its_networks(estate, admin):
    body = {"display_name": unique("crm"), "networks": ["192.0.2.7", "2001:DB8:0:0::/64"]}
    made = admin.post(f"/v1/tenants/{estate.id('alpha_one')}/clients", body, 201).json()
    assert made["client"]["networks"] == ["192.0.2.7/32", "2001:db8::/64"]
