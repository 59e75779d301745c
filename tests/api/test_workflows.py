"""What people of portals do with the API from end to end, each step as its own person does it."""
import time

from support.client import code
from support.estate import PASSWORD, unique
from test_grant import moment


def can(caller, action, tenant):
    answer = caller.post("/v1/me/can", {"checks": [{"action": action, "type": "tenant", "id": tenant}]}).json()
    return answer["results"][0]["allowed"]


def test_workflow_2_a_second_factor_is_enrolled_lost_recovered_and_replaced(estate):
    person = estate.person("alpha_one", "viewer")
    enrolment = person.client.post("/v1/me/totp", {"password": PASSWORD}).json()
    assert enrolment["uri"].startswith("otpauth://totp/") and "<svg" in enrolment["qr_svg"]
    codes = person.client.post("/v1/me/totp/confirm", {"code": code(enrolment["secret"])}).json()["recovery_codes"]

    pending = person.client.other().post("/v1/login", person.body()).json()
    assert pending["pending"] == "totp" and "recovery" in pending["factors"]
    recovered = person.client.other().post("/v1/login/recovery", {"pending_token": pending["pending_token"], "code": codes[0]})
    person.client.token = recovered.json()["access_token"]

    helpdesk = estate.person("alpha_one", "helpdesk").enrol().client
    helpdesk.problem("POST", f"/v1/users/{person.id}/reset-factors", 403, "forbidden")
    first, second = (estate.person("alpha_one", "customer_admin").enrol().client for _ in range(2))
    first.post(f"/v1/users/{person.id}/reset-password", status=201)
    first.problem("POST", f"/v1/users/{person.id}/reset-factors", 422, "four_eyes")
    second.post(f"/v1/users/{person.id}/reset-factors")
    person.client.get("/v1/me", 401)
    person.secret = None
    assert person.log_in().enrol().client.get("/v1/me").json()["two_factors"]


def test_workflow_3_a_partner_onboards_a_customer(estate):
    partner = estate.person("alpha", "partner_admin").enrol().client
    made = partner.post("/v1/tenants", {"kind": "customer", "name": unique("Acme"), "external_id": unique("crm")}, 201).json()
    assert (made["parent_id"], made["state"]) == (estate.id("alpha"), "active")
    path = f"/v1/tenants/{made['id']}"
    partner.patch(f"{path}/security-policy", {"second_factor": "privileged", "password_least_single": 16})
    partner.problem("PATCH", f"{path}/security-policy", 422, "out_of_bounds", json={"password_least_single": 14})
    user = partner.post(f"{path}/users", {"login": unique("boss"), "email": "boss@acme.example"}, 201).json()
    invitation = partner.post(f"/v1/users/{user['id']}/invite", status=201).json()
    person = partner.other()
    accepted = person.post("/v1/invitations/accept", {"token": invitation["token"], "password": PASSWORD}).json()
    assert accepted["tenant"] == made["code"]

    partner.post(f"{path}/grants", {"principal_id": user["id"], "role": "customer_admin", "scope": "subtree"}, 201)

    login = {"login": user["login"], "password": PASSWORD, "tenant": made["code"]}
    step = {"pending_token": person.post("/v1/login", login).json()["pending_token"]}
    secret = person.post("/v1/login/enroll", step).json()["secret"]
    person.token = person.post("/v1/login/enroll/confirm", step | {"code": code(secret)}).json()["access_token"]
    assert [root["tenant_id"] for root in person.get("/v1/me").json()["roots"]] == [made["id"]]
    assert person.get(path).json()["parent_id"] is None
    person.post(f"{path}/users", {"login": unique("colleague")}, 201)
    person.get(f"/v1/tenants/{estate.id('alpha')}", 404)
    person.get(f"/v1/tenants/{estate.id('alpha_two')}", 404)
    assert any(event["action"] == "createGrant" for event in person.pages(f"{path}/audit"))


def test_workflow_5_a_leaver_is_out_at_once_and_their_names_rest(estate):
    admin, name = estate.person("alpha_one", "customer_admin").enrol().client, unique("hr")
    person, path = estate.person("alpha_one", "helpdesk"), f"/v1/tenants/{estate.id('alpha_one')}"
    admin.patch(f"/v1/users/{person.id}", {"external_id": name})
    found, = admin.pages(f"{path}/users", external_id=name)
    assert found["id"] == person.id

    admin.post(f"/v1/users/{person.id}/suspend")
    person.client.get("/v1/me", 401)
    person.client.other().post("/v1/token/refresh", {"refresh_token": person.refresh_token}, 401)
    person.client.other().post("/v1/login", person.body(), 401)
    asked = {"principal_id": person.id, "action": "user:read", "type": "tenant", "id": estate.id("alpha_one")}
    said = admin.post("/v1/explain", asked).json()
    assert (said["allowed"], said["reason"]) == (False, "subject_suspended")

    held, = admin.pages(f"/v1/users/{person.id}/grants")
    admin.post(f"/v1/users/{person.id}/terminate")
    left = admin.get(f"/v1/users/{person.id}").json()
    assert (left["state"], left["purge_due"] is not None) == ("terminated", True)
    admin.get(f"/v1/grants/{held['id']}", 404)
    assert list(admin.pages(f"/v1/users/{person.id}/grants")) == []
    admin.problem("POST", f"{path}/users", 409, "already_exists", json={"login": person.login})
    admin.problem("POST", f"{path}/users", 409, "already_exists", json={"login": unique("new"), "external_id": name})


def test_workflow_6_a_helpdesk_helps_who_cannot_get_in(estate):
    helpdesk, path = estate.person("alpha_one", "helpdesk").client, f"/v1/tenants/{estate.id('alpha_one')}"
    person = estate.person("alpha_one", "viewer", log_in=False)
    caller = person.client.other()
    for _ in range(5):
        caller.post("/v1/login", person.body(password="what was it again"), 401)
    caller.post("/v1/login", person.body(), 429)

    found, = helpdesk.pages(f"{path}/users", q=person.login)
    assert (found["id"], found["state"]) == (person.id, "active")
    assert list(helpdesk.pages(f"{path}/users", q=estate.new_user("beta_one")["login"])) == []
    state = helpdesk.get(f"/v1/users/{person.id}/sign-in").json()
    assert (state["password"], state["authenticators"], state["failed_attempts"]) == ("chosen", 0, 5)
    helpdesk.post(f"/v1/users/{person.id}/unlock")
    caller.post("/v1/login", person.body())

    token = helpdesk.post(f"/v1/users/{person.id}/reset-password", status=201).json()["token"]
    caller.post("/v1/password/reset", {"token": token, "password": "another horse battery 9 staple"})
    person.password = "another horse battery 9 staple"
    person.log_in()
    asked = {"principal_id": person.id, "action": "user:create", "type": "tenant", "id": estate.id("alpha_one")}
    assert estate.actor("alpha_one", "customer_admin").post("/v1/explain", asked).json()["reason"] == "no_permission"
    boss = estate.person("alpha_one", "customer_admin", log_in=False)
    for help_with in ("unlock", "reset-password"):
        helpdesk.problem("POST", f"/v1/users/{boss.id}/{help_with}", 422, "privileged")


def test_workflow_7_a_colleague_has_one_customer_for_a_while(estate):
    admin = estate.person("alpha", "partner_admin").enrol().client
    colleague, customer = estate.person("alpha"), estate.id("alpha_one")
    gift = {"principal_id": colleague.id, "role": "helpdesk", "scope": "self", "expires_at": moment(4), "reason": "moving day",
            "ticket": "CHG-7"}
    grant = admin.post(f"/v1/tenants/{customer}/grants", gift, 201).json()
    assert can(colleague.client, "user:read", customer) and not can(colleague.client, "user:create", customer)
    colleague.client.get(f"/v1/tenants/{estate.id('alpha_two')}", 404)
    colleague.client.get(f"/v1/tenants/{estate.id('alpha')}", 404)

    ending = admin.pages(f"/v1/tenants/{customer}/grants", expires_before=moment(3600), principal_id=colleague.id)
    assert [(item["id"], item["ticket"]) for item in ending] == [(grant["id"], "CHG-7")]
    chains = list(admin.pages(f"/v1/tenants/{customer}/access", permission="session:revoke"))
    assert [item["grant"]["id"] for item in chains if item["principal"] and item["principal"]["id"] == colleague.id] == [grant["id"]]
    time.sleep(4.2)
    colleague.client.get(f"/v1/tenants/{customer}", 404)
    assert not can(colleague.client, "user:read", customer)
