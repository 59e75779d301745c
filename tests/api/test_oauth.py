"""OAuth 2.0 besides client credentials: what is told of a token, giving one up, refreshing, and where all that is found."""
import time
from concurrent.futures import ThreadPoolExecutor

import jwt
import pytest

from support.client import code
from support.estate import unique
from support.keys import TYPE, Key

INACTIVE = {"active": False}


class Asker:
    """A resource's machine, which asks about tokens that it is shown."""

    def __init__(self, estate, anonymous, tenant, role="introspector", scope="subtree"):
        self.client, self.secret = estate.new_machine(tenant, role, scope)
        self.anonymous = anonymous

    @property
    def form(self):
        return {"client_id": self.client["id"], "client_secret": self.secret}

    def ask(self, shown, status=200, **more):
        form = self.form | {"token": shown} | more
        return self.anonymous.other().call("POST", "/oauth2/introspect", status, data=form).json()


@pytest.fixture(name="alphas")
def asker_of_alpha(estate, anonymous):
    return Asker(estate, anonymous, "alpha")


def revoke(caller, status=200, **form):
    return caller.other().call("POST", "/oauth2/revoke", status, data=form)


def refresh(caller, token, status=200, **more):
    form = {"grant_type": "refresh_token", "refresh_token": token} | more
    return caller.other().call("POST", "/oauth2/token", status, data=form)


def signed_in(person):
    return person.client.other().post("/v1/login", person.body()).json()


def test_a_good_token_is_told_with_whose_it_is(estate, alphas):
    person = estate.person("alpha_one", "viewer")
    login = signed_in(person)
    told = alphas.ask(login["access_token"])
    now = time.time()
    assert told["active"] is True and told["token_type"] == "Bearer" and told["iss"] == estate.server.url
    assert (told["sub"], told["tenant_id"], told["sid"]) == (person.id, estate.id("alpha_one"), login["session_id"])
    assert told["iat"] - 60 <= now < told["exp"] <= now + 901 and told["two_factors"] is False and "client_id" not in told
    machine, secret = estate.new_machine("alpha_one", "viewer")
    form = {"grant_type": "client_credentials", "client_id": machine["id"], "client_secret": secret}
    token = alphas.anonymous.other().call("POST", "/oauth2/token", 200, data=form).json()["access_token"]
    told = alphas.ask(token, token_type_hint="refresh_token")
    assert told["sub"] == told["client_id"] == machine["id"]


def test_a_portal_learns_that_a_token_is_for_it_and_how_its_person_came_in(estate, alphas):
    """As the token itself says, after every kind of login; of a client there is a portal alone."""
    plain, doubled = (estate.person("alpha_one", "viewer") for _ in range(2))
    tokens = {portal: plain.client.other().post("/v1/login", plain.body(audience=portal)).json()["access_token"]
              for portal in ("service", "partner")}
    step = {"pending_token": plain.client.other().post("/v1/login", doubled.body(audience="analytics")).json()["pending_token"]}
    secret = plain.client.other().post("/v1/login/enroll", step).json()["secret"]
    tokens["analytics"] = plain.client.other().post("/v1/login/enroll/confirm", step | {"code": code(secret)}).json()["access_token"]
    for portal, token in tokens.items():
        told, said = alphas.ask(token), jwt.decode(token, options={"verify_signature": False})
        assert told["portal"] == said["portal"] == portal
        assert told["acr"] == said["acr"] == ("aal2" if portal == "analytics" else "aal1")
        assert told["two_factors"] is (portal == "analytics")
    machine, secret = estate.new_machine("alpha_one", "viewer")
    form = {"grant_type": "client_credentials", "client_id": machine["id"], "client_secret": secret}
    token = alphas.anonymous.other().call("POST", "/oauth2/token", 200, data=form).json()["access_token"]
    told = alphas.ask(token)
    assert told["portal"] == "service" and "acr" not in told


def test_of_every_other_token_the_same_is_told(estate, alphas, anonymous):
    """Foreign, from above, refresh, garbage, and one's own without the permission there."""
    beta, above = estate.person("beta", "viewer"), estate.admin
    own = estate.person("alpha_one", "viewer")
    login = signed_in(own)
    tokens = [signed_in(beta)["access_token"], signed_in(above)["access_token"], login["refresh_token"], "x", "a.b.c", "A" * 5000,
              login["access_token"][:-2], login["access_token"] + "A"]
    assert [alphas.ask(token) for token in tokens] == [INACTIVE] * len(tokens)
    assert alphas.ask(login["access_token"])["active"]
    for role, tenant, scope in (("viewer", "alpha", "subtree"), ("provisioner", "alpha", "subtree"), (None, "alpha", "subtree"),
                                ("introspector", "alpha", "self"), ("introspector", "beta", "subtree"),
                                ("introspector", "alpha_two", "subtree")):
        assert Asker(estate, anonymous, tenant, role, scope).ask(login["access_token"]) == INACTIVE, (role, tenant, scope)


def test_a_token_is_inactive_from_the_very_next_question_once_it_is_over(estate, admin, alphas):
    """7.4.1, 7.4.2 and A28: session, user, grant of the asker, tenant."""
    person = estate.person("alpha_one", "viewer")
    login = signed_in(person)
    person.client.other(login["access_token"]).post("/v1/logout", status=204)
    assert alphas.ask(login["access_token"]) == INACTIVE
    token = signed_in(person)["access_token"]
    admin.post(f"/v1/users/{person.id}/suspend")
    assert alphas.ask(token) == INACTIVE
    home = estate.new_tenant("customer", estate.id("alpha"), unique("doomed"))
    estate.tenants[home["name"]] = home
    token = signed_in(estate.person(home["name"], "viewer"))["access_token"]
    assert alphas.ask(token)["active"]
    admin.post(f"/v1/tenants/{home['id']}/suspend", {"reach": "subtree"})
    assert alphas.ask(token) == INACTIVE
    admin.post(f"/v1/tenants/{home['id']}/resume")
    grant, = [row for row in admin.pages(f"/v1/tenants/{estate.id('alpha')}/grants") if row["principal_id"] == alphas.client["id"]]
    admin.delete(f"/v1/grants/{grant['id']}")
    assert alphas.ask(token) == INACTIVE


@pytest.mark.parametrize("form, status, error", [
    ({"client_secret": "bws_wrong"}, 401, "invalid_client"), ({"client_secret": ""}, 401, "invalid_client"),
    ({"client_id": "0190a5b8-7c4e-7000-8000-000000000000"}, 401, "invalid_client"), ({"client_id": ""}, 401, "invalid_client"),
    ({"token": ""}, 400, "invalid_request"), ({"client_assertion": "a.b.c"}, 400, "invalid_request"),
])
def test_who_asks_says_who_they_are(estate, alphas, form, status, error):
    token = estate.actor("alpha_one", "viewer").token
    assert alphas.ask(token, status, **form) == {"error": error}


def test_a_bearer_token_is_no_client(estate, alphas, anonymous):
    header = {"Authorization": f"Bearer {estate.actor('alpha', 'viewer').token}"}
    reply = anonymous.other().call("POST", "/oauth2/introspect", 401, data={"token": "x"}, headers=header)
    assert reply.json() == {"error": "invalid_client"} and reply.headers["WWW-Authenticate"].startswith("Basic")


def test_an_assertion_asks_once(estate, admin, alphas, anonymous):
    key = Key()
    admin.post(f"/v1/clients/{alphas.client['id']}/keys", {"jwk": key.jwk}, 201)
    assertion = key.assertion(alphas.client["id"], estate.server.url)
    form = {"token": estate.actor("alpha_one", "viewer").token, "client_assertion_type": TYPE, "client_assertion": assertion}
    assert anonymous.other().call("POST", "/oauth2/introspect", 200, data=form).json()["active"]
    assert anonymous.other().call("POST", "/oauth2/introspect", 401, data=form).json() == {"error": "invalid_client"}
    row, = admin.pages(f"/v1/clients/{alphas.client['id']}/keys")
    assert row["last_used_at"] is not None


# Giving up

def test_a_client_gives_up_its_own_token_and_no_other(estate, anonymous):
    clients = [estate.new_machine("alpha_one", "viewer") for _ in range(2)]
    forms = [{"client_id": made["id"], "client_secret": secret} for made, secret in clients]
    tokens = [anonymous.other().call("POST", "/oauth2/token", 200, data=form | {"grant_type": "client_credentials"}).json()["access_token"]
              for form in forms]
    person = estate.person("alpha_one", "viewer")
    revoke(anonymous, token=tokens[0], **forms[1])
    revoke(anonymous, token=person.client.token, **forms[1])
    revoke(anonymous, token=tokens[0])  # without a client: only what people hold
    anonymous.other(tokens[0]).get("/v1/me")
    person.client.get("/v1/me")
    revoke(anonymous, token=tokens[0], token_type_hint="nonsense", **forms[0])
    anonymous.other(tokens[0]).get("/v1/me", 401)
    anonymous.other(tokens[1]).get("/v1/me")
    revoke(anonymous, token=tokens[0], **forms[0])  # once more
    revoke(anonymous, 401, token=tokens[1], client_id=clients[1][0]["id"], client_secret="bws_wrong")
    anonymous.other(tokens[1]).get("/v1/me")


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_whoever_holds_a_persons_token_ends_its_session(estate, anonymous, which):
    person = estate.person("alpha_one", "viewer")
    login, other = signed_in(person), signed_in(person)
    revoke(anonymous, token=login[which])
    anonymous.other(login["access_token"]).get("/v1/me", 401)
    refresh(anonymous, login["refresh_token"], 400)
    anonymous.other(other["access_token"]).get("/v1/me")


def test_a_client_does_not_give_up_a_persons_refresh_token(estate, anonymous):
    person = estate.person("alpha_one", "viewer")
    login = signed_in(person)
    made, secret = estate.new_machine("alpha_one")
    revoke(anonymous, token=login["refresh_token"], client_id=made["id"], client_secret=secret)
    refresh(anonymous, login["refresh_token"])


def test_what_is_unknown_is_given_up_as_well(anonymous):
    for token in ("x", "a.b.c", "bwr_" + "A" * 43, "A" * 5000):
        assert revoke(anonymous, token=token).content == b""
    assert revoke(anonymous, 400).json() == {"error": "invalid_request"}


# Refreshing

def test_a_refresh_token_gets_the_next_pair_once(estate, anonymous):
    """RFC 6749 section 6, by the rules of /v1/token/refresh."""
    login = signed_in(estate.person("alpha_one", "viewer"))
    reply = refresh(anonymous, login["refresh_token"]).json()
    assert set(reply) == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert reply["refresh_token"] != login["refresh_token"]
    anonymous.other(reply["access_token"]).get("/v1/me")
    again = anonymous.other().call("POST", "/v1/token/refresh", 200, json={"refresh_token": reply["refresh_token"]}).json()
    refresh(anonymous, again["refresh_token"])


def test_fifty_refreshes_at_once_are_one(estate, anonymous):
    login = signed_in(estate.person("alpha_one", "viewer"))
    form = {"grant_type": "refresh_token", "refresh_token": login["refresh_token"]}
    callers = [anonymous.other() for _ in range(50)]
    with ThreadPoolExecutor(50) as pool:
        replies = list(pool.map(lambda caller: caller.call("POST", "/oauth2/token", data=form), callers))
    assert [reply.status_code for reply in replies].count(200) == 1
    assert {reply.json()["error"] for reply in replies if reply.status_code != 200} == {"invalid_grant"}


@pytest.mark.parametrize("token", ["x", "bwr_" + "A" * 43, "bws_" + "A" * 43])
def test_what_is_no_refresh_token_is_an_invalid_grant(anonymous, token):
    reply = refresh(anonymous, token, 400)
    assert reply.json() == {"error": "invalid_grant"} and "WWW-Authenticate" not in reply.headers


def test_an_access_token_refreshes_nothing_and_no_client_refreshes_a_persons(estate, anonymous):
    login = signed_in(estate.person("alpha_one", "viewer"))
    assert refresh(anonymous, login["access_token"], 400).json() == {"error": "invalid_grant"}
    made, secret = estate.new_machine("alpha_one")
    mine = {"client_id": made["id"], "client_secret": secret}
    assert refresh(anonymous, login["refresh_token"], 400, **mine).json() == {"error": "invalid_grant"}
    assert refresh(anonymous, "", 400).json() == {"error": "invalid_request"}
    refresh(anonymous, login["refresh_token"], client_id="portal")


def test_there_is_no_scope_to_ask_for(estate, anonymous):
    made, secret = estate.new_machine("alpha_one")
    form = {"grant_type": "client_credentials", "client_id": made["id"], "client_secret": secret, "scope": "everything"}
    assert anonymous.other().call("POST", "/oauth2/token", 400, data=form).json() == {"error": "invalid_scope"}


# Finding it

def test_everything_is_found_from_the_issuer(estate, anonymous):
    reply = anonymous.get("/.well-known/oauth-authorization-server", headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    told, base = reply.json(), estate.server.url
    assert reply.headers["Content-Type"] == "application/json" and reply.headers["Cache-Control"].startswith("public, max-age=")
    assert told["issuer"] == base and "evil" not in reply.text
    assert told["token_endpoint"] == f"{base}/oauth2/token" and told["jwks_uri"] == f"{base}/.well-known/jwks.json"
    assert {"private_key_jwt", "client_secret_basic"} <= set(told["token_endpoint_auth_methods_supported"])
    assert told["token_endpoint_auth_signing_alg_values_supported"] == ["ES256", "RS256"]
    assert told.pop("response_types_supported") == [] and all(value for value in told.values())
    for name, status in (("introspection_endpoint", 401), ("revocation_endpoint", 400)):
        anonymous.call("POST", told[name].removeprefix(base), status, data={"token_type_hint": "access_token"})
    anonymous.get(told["jwks_uri"].removeprefix(base))
