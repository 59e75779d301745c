"""Users: made, invited, changed, suspended, resumed, terminated."""
import pytest

from support.estate import PASSWORD, unique


@pytest.fixture(name="user")
def new_user(estate):
    return estate.new_user("alpha_one")


def test_a_user_is_made_without_a_password(estate, admin):
    body = {"login": unique("Anna.Müller"), "display_name": "Anna Müller", "email": "anna@example.com",
            "external_id": unique("hr"), "dialling_addresses": ["+4930123456", "sip:anna@example.com"]}
    reply = admin.post(f"/v1/tenants/{estate.id('alpha_one')}/users", body, 201)
    made = reply.json()
    assert {key: made[key] for key in body} == body
    assert (made["state"], made["tenant_id"]) == ("invited", estate.id("alpha_one"))
    read = admin.get(reply.headers["Location"])
    assert (read.json(), read.headers["ETag"]) == (made, reply.headers["ETag"])


def test_who_has_no_name_is_called_by_the_login(user):
    assert user["display_name"] == user["login"]


@pytest.mark.parametrize("again", [str.upper, str.title, lambda login: f" {login} ", lambda login: login.replace("f", "ｆ")])
def test_a_login_is_unique_in_its_tenant_however_it_is_written(estate, admin, again):
    login = unique("fritz")
    estate.new_user("alpha_one", login)
    path = "/v1/tenants/{}/users"
    admin.problem("POST", path.format(estate.id("alpha_one")), 409, "already_exists", json={"login": again(login)})
    admin.post(path.format(estate.id("alpha_two")), {"login": again(login)}, 201)


@pytest.mark.parametrize("login", ["two words", "zero\u200bwidth x", "\u202eright", "private\ue000", "  "])
def test_a_login_has_no_blanks_and_nothing_that_cannot_be_seen(estate, admin, login):
    path = f"/v1/tenants/{estate.id('alpha_one')}/users"
    problem = admin.problem("POST", path, 400, "malformed", json={"login": login})
    assert [error["field"] for error in problem["errors"]] == ["login"]


@pytest.mark.parametrize("field", ["display_name", "email"])
def test_a_name_that_says_nothing_is_named(estate, admin, user, field):
    body = {field: "   "}
    for method, path, more in (("POST", f"/v1/tenants/{estate.id('alpha_one')}/users", {"login": unique("user")}),
                               ("PATCH", f"/v1/users/{user['id']}", {})):
        problem = admin.problem(method, path, 400, "malformed", json=body | more)
        assert [error["field"] for error in problem.get("errors", [])] == [field]


def test_an_external_id_is_unique_in_its_tenant(estate, admin):
    external = unique("hr")
    estate.new_user("alpha_one", external_id=external)
    path = "/v1/tenants/{}/users"
    body = {"login": unique("user"), "external_id": external}
    admin.problem("POST", path.format(estate.id("alpha_one")), 409, "already_exists", json=body)
    admin.post(path.format(estate.id("beta_one")), body, 201)


def test_a_patch_changes_what_it_names(user, admin):
    path = f"/v1/users/{user['id']}"
    changed = admin.patch(path, {"email": "new@example.com", "dialling_addresses": ["+49301"]}).json()
    assert changed == user | {"email": "new@example.com", "dialling_addresses": ["+49301"],
                              "updated_at": changed["updated_at"]}
    changed = admin.patch(path, {"email": None, "dialling_addresses": [], "login": unique("renamed")}).json()
    assert (changed["email"], changed["dialling_addresses"]) == (None, [])
    assert admin.get(path).json() == changed


def test_an_invitation_is_spent_once(estate, user, admin, anonymous):
    reply = admin.post(f"/v1/users/{user['id']}/invite", status=201).json()
    assert reply["secret_already_shown"] is False
    body = {"token": reply["token"], "password": PASSWORD}
    accepted = anonymous.post("/v1/invitations/accept", body).json()
    assert accepted == {"login": user["login"], "tenant": estate.tenants["alpha_one"]["code"]}
    assert admin.get(f"/v1/users/{user['id']}").json()["state"] == "active"
    anonymous.problem("POST", "/v1/invitations/accept", 422, "token_spent", json=body)


def test_a_newer_invitation_makes_the_older_dead(estate, user, anonymous):
    older, newer = estate.invite(user["id"]), estate.invite(user["id"])
    body = {"password": PASSWORD}
    anonymous.problem("POST", "/v1/invitations/accept", 422, "token_spent", json=body | {"token": older})
    anonymous.post("/v1/invitations/accept", body | {"token": newer})


def test_a_refused_password_leaves_the_invitation_usable(estate, user, anonymous):
    token = estate.invite(user["id"])
    anonymous.problem("POST", "/v1/invitations/accept", 422, "password_too_short", json={"token": token, "password": "short"})
    anonymous.post("/v1/invitations/accept", {"token": token, "password": PASSWORD})


@pytest.mark.parametrize("token", ["x", "bwi_", "bwi_" + "A" * 43, "bwi_" + "A" * 250])
def test_an_invitation_cannot_be_made_up(anonymous, token):
    body = {"token": token, "password": PASSWORD}
    anonymous.problem("POST", "/v1/invitations/accept", 422, "token_spent", json=body)


def test_whoever_has_a_password_is_not_invited_again(estate):
    """That would be a reset, which has a permission of its own."""
    person = estate.person("alpha_one", "viewer")
    for role in ("provisioner", "customer_admin"):
        estate.actor("alpha_one", role).problem("POST", f"/v1/users/{person.id}/invite", 422, "wrong_state")
    person.client.get("/v1/me")


def test_a_reset_has_a_permission_of_its_own(estate):
    person = estate.person("alpha_one", "viewer")
    estate.actor("alpha_one", "provisioner").problem("POST", f"/v1/users/{person.id}/reset-password", 403, "forbidden")


def test_nobody_moves_their_own_address(estate):
    """Where a new password is sent: a token that was stolen for a quarter of an hour would take the account for good."""
    person = estate.person("alpha_one", "customer_admin")
    path = f"/v1/users/{person.id}"
    person.client.problem("PATCH", path, 422, "self_service", json={"email": "thief@example.com"})
    assert person.client.patch(path, {"display_name": "Another Name"}).json()["display_name"] == "Another Name"


def test_a_suspension_ends_sessions_from_the_next_request(estate, admin):
    person = estate.person("alpha_one", "viewer")
    suspended = admin.post(f"/v1/users/{person.id}/suspend").json()
    assert suspended["state"] == "suspended"
    person.client.get("/v1/me", 401)
    person.client.other().post("/v1/token/refresh", {"refresh_token": person.refresh_token}, 401)
    assert admin.post(f"/v1/users/{person.id}/suspend").json() == suspended
    assert admin.post(f"/v1/users/{person.id}/resume").json()["state"] == "active"
    person.client.get("/v1/me", 401)
    person.log_in().client.get("/v1/me")


def test_resuming_gives_back_what_was_before(user, admin):
    admin.post(f"/v1/users/{user['id']}/suspend")
    admin.problem("POST", f"/v1/users/{user['id']}/invite", 422, "wrong_state")
    assert admin.post(f"/v1/users/{user['id']}/resume").json()["state"] == "invited"


def test_an_invitation_does_not_outlive_a_suspension(estate, user, admin, anonymous):
    token = estate.invite(user["id"])
    admin.post(f"/v1/users/{user['id']}/suspend")
    body = {"token": token, "password": PASSWORD}
    anonymous.problem("POST", "/v1/invitations/accept", 422, "token_spent", json=body)


def test_terminated_is_for_good(estate, admin):
    person = estate.person("alpha_one", "viewer")
    admin.post(f"/v1/users/{person.id}/terminate")
    person.client.get("/v1/me", 401)
    assert list(admin.pages(f"/v1/users/{person.id}/grants")) == []
    for what in ("suspend", "resume", "terminate", "invite"):
        admin.problem("POST", f"/v1/users/{person.id}/{what}", 422, "wrong_state")
    admin.problem("PATCH", f"/v1/users/{person.id}", 422, "wrong_state", json={"email": "x@example.com"})
    assert admin.get(f"/v1/users/{person.id}").json()["state"] == "terminated"


def test_a_name_rests_before_another_has_it_who_inherits_nothing(estate, admin, server):
    person = estate.person("alpha_one", "customer_admin")
    external = unique("hr")
    admin.patch(f"/v1/users/{person.id}", {"external_id": external})
    users, again = f"/v1/tenants/{person.tenant_id}/users", {"login": person.login.upper(), "external_id": external}
    over = admin.post(f"/v1/users/{person.id}/terminate").json()
    assert over["purge_due"] > over["updated_at"]
    person.client.get("/v1/me", 401)
    admin.problem("POST", users, 409, "already_exists", json=again)
    other = estate.new_user("alpha_one")
    admin.problem("PATCH", f"/v1/users/{other['id']}", 409, "already_exists", json={"login": person.login})
    server.sql(f"UPDATE principal SET names_until = now() WHERE id = '{person.id}'")
    made = admin.post(users, again, 201).json()
    assert made["id"] != person.id and (made["state"], made["purge_due"]) == ("invited", None)
    assert admin.get(f"/v1/users/{made['id']}/grants").json()["items"] == []
    person.client.other().post("/v1/login", person.body(), 401)
    kept = admin.get(f"/v1/users/{person.id}").json()
    assert (kept["login"], kept["external_id"], kept["state"]) == (person.login, None, "terminated")


@pytest.mark.parametrize("what", ["suspend", "resume", "terminate", "invite"])
def test_nobody_does_it_to_themselves(estate, what):
    person = estate.person("alpha_one", "customer_admin")
    person.client.problem("POST", f"/v1/users/{person.id}/{what}", 422, "self_service")
    person.client.get("/v1/me")


def test_only_who_gives_privileges_touches_the_privileged(estate):
    boss = estate.person("alpha_one", "customer_admin")
    helper = estate.actor("alpha_one", "helpdesk")
    helper.problem("POST", f"/v1/users/{boss.id}/reset-password", 422, "privileged")
    plain = estate.person("alpha_one", "viewer")
    helper.post(f"/v1/users/{plain.id}/reset-password", status=201)


def test_a_list_is_of_one_tenant_or_its_subtree(estate):
    caller = estate.actor("alpha", "viewer")
    here, below = estate.new_user("alpha"), estate.new_user("alpha_sub_one")
    foreign = estate.new_user("beta_one")
    path = f"/v1/tenants/{estate.id('alpha')}/users"
    alone = {user["id"] for user in caller.pages(path)}
    assert here["id"] in alone and below["id"] not in alone
    assert alone == {user["id"] for user in caller.pages(path, scope="self")}
    subtree = {user["id"] for user in caller.pages(path, scope="subtree")}
    assert alone | {below["id"]} <= subtree and foreign["id"] not in subtree


def test_filters_narrow_a_list(estate, admin):
    word = unique("Zoë")
    user = estate.new_user("alpha_one", display_name=f"{word} Example", email=f"{word}@example.com", external_id=word)
    path = f"/v1/tenants/{estate.id('alpha')}/users"
    for query in ({"q": word.upper()}, {"q": user["login"]}, {"q": f"{word}@exa"}, {"external_id": word},
                  {"q": word, "state": "invited"}):
        assert [u["id"] for u in admin.pages(path, scope="subtree", **query)] == [user["id"]], query
    for query in ({"q": word, "state": "active"}, {"q": "Example"}, {"q": word[1:]}, {"external_id": word.upper()}):
        assert user["id"] not in [u["id"] for u in admin.pages(path, scope="subtree", **query)], query


def test_signs_that_mean_something_to_a_database_mean_nothing_here(estate, admin):
    for q in ("%", "_", "\\", "'", "a%", "' OR 1=1 --", "*"):
        found = list(admin.pages(f"/v1/tenants/{estate.id('provider')}/users", scope="subtree", q=q))
        assert found == [], q
