"""Moving: planned first, then exactly that, with all that goes along, and nothing that stays behind."""
import pytest

from support.estate import unique

NOBODY = "0190a5b8-7c4e-7000-8000-000000000000"


@pytest.fixture(name="lines")
def two_lines(estate):
    """A partner with a customer, and another partner: ids by name, fresh for each test."""
    old, new = estate.new_tenant("partner", estate.id("provider")), estate.new_tenant("partner", estate.id("provider"))
    customer = estate.new_tenant("customer", old["id"])
    estate.tenants |= {"old_line": old, "new_line": new, "mover": customer}
    return {"old": old["id"], "new": new["id"], "mover": customer["id"]}


def planned(admin, tenant, parent):
    return admin.post(f"/v1/tenants/{tenant}/move", {"parent_id": parent, "dry_run": True}).json()


def moved(admin, tenant, parent):
    return admin.post(f"/v1/tenants/{tenant}/move", {"parent_id": parent, "plan": planned(admin, tenant, parent)["plan"]}).json()


def events(client, tenant, action="moveTenant"):
    return list(client.pages(f"/v1/tenants/{tenant}/audit", action=action))


def test_a_move_takes_all_along_but_what_those_who_stay_hold(estate, admin, lines):
    before, after = estate.person("old_line", "partner_admin"), estate.person("new_line", "partner_admin")
    own, manager = estate.person("mover", "customer_admin"), estate.person("old_line", "customer_admin", at="mover")
    user = estate.new_user("mover")
    plan = planned(admin, lines["mover"], lines["new"])
    assert plan["rows"] == {"tenants": 1, "users": 2, "clients": 0, "groups": 0, "memberships": 0, "roles": 0,
                            "grants": 2}
    assert plan["grants_ended"] == 1 and [grant["principal_id"] for grant in plan["grants"]] == [manager.id]
    reply = admin.post(f"/v1/tenants/{lines['mover']}/move", {"parent_id": lines["new"], "plan": plan["plan"]})
    assert reply.json()["parent_id"] == lines["new"] and len(reply.headers["Policy-Revision"]) == 22
    for gone in (before, manager):
        gone.client.get(f"/v1/tenants/{lines['mover']}", 404)
        gone.client.get(f"/v1/users/{user['id']}", 404)
    after.client.get(f"/v1/users/{user['id']}")
    assert own.client.get(f"/v1/tenants/{lines['mover']}").json()["parent_id"] is None
    assert user["id"] in [item["id"] for item in own.client.pages(f"/v1/tenants/{lines['mover']}/users")]
    assert list(admin.pages(f"/v1/users/{manager.id}/grants")) == []
    own.log_in().client.post(f"/v1/tenants/{lines['mover']}/users", {"login": unique("after")}, 201)


def test_a_role_that_goes_along_leaves_what_it_includes_behind(estate, admin, lines):
    def make(tenant, permissions, *includes):
        body = {"name": unique("role"), "permissions": permissions, "includes": [role["id"] for role in includes]}
        return admin.post(f"/v1/tenants/{tenant}/roles", body, 201).json()

    staying, top = make(lines["old"], ["user:read"]), make(estate.id("provider"), ["client:read"])
    going = make(lines["mover"], ["tenant:read"], staying, top)
    outer = make(lines["mover"], ["role:read"], going)
    plan = planned(admin, lines["mover"], lines["new"])
    assert plan["includes_ended"] == 1
    admin.post(f"/v1/tenants/{lines['mover']}/move", {"parent_id": lines["new"], "plan": plan["plan"]})
    told = admin.get(f"/v1/roles/{going['id']}").json()
    assert told["includes"] == [top["id"]] and told["effective_permissions"] == ["client:read", "tenant:read"]
    assert "user:read" not in admin.get(f"/v1/roles/{outer['id']}").json()["effective_permissions"]
    event, = (e for e in admin.pages(f"/v1/tenants/{lines['mover']}/audit", object_id=going["id"]) if e["action"] == "updateRole")
    assert (sorted(event["before"]["includes"]), event["after"]["includes"]) == (sorted([staying["id"], top["id"]]), [top["id"]])
    admin.delete(f"/v1/roles/{staying['id']}")


def test_a_dry_run_leaves_nothing(estate, admin, lines):
    before = [admin.get(f"/v1/tenants/{lines['mover']}").json(), events(admin, lines["mover"], "moveTenant")]
    planned(admin, lines["mover"], lines["new"])
    assert before == [admin.get(f"/v1/tenants/{lines['mover']}").json(), events(admin, lines["mover"], "moveTenant")]


def test_a_plan_is_of_one_move_by_one_caller_as_it_was_seen(estate, admin, lines):
    path, other = f"/v1/tenants/{lines['mover']}/move", estate.new_tenant("partner", estate.id("provider"))["id"]
    colleague = estate.person("provider", "provider_admin").enrol().client
    plan = {"parent_id": lines["new"], "plan": planned(admin, lines["mover"], lines["new"])["plan"]}
    admin.problem("POST", path, 409, "plan_stale", json=plan | {"parent_id": other})
    admin.problem("POST", path, 409, "plan_stale", json=plan | {"plan": "made-up"})
    colleague.problem("POST", path, 409, "plan_stale", json=plan)
    twin = estate.new_tenant("customer", lines["old"])["id"]
    admin.problem("POST", f"/v1/tenants/{twin}/move", 409, "plan_stale", json=plan)
    estate.new_user("mover")
    admin.problem("POST", path, 409, "plan_stale", json=plan)
    moved(admin, lines["mover"], lines["new"])


@pytest.mark.parametrize("change", ["a grant", "the place", "the destination"])
def test_what_moved_on_meanwhile_is_planned_anew(estate, admin, lines, change):
    body = {"parent_id": lines["new"], "plan": planned(admin, lines["mover"], lines["new"])["plan"]}
    if change == "a grant":
        estate.person("old_line", "viewer", at="mover", log_in=False)
    elif change == "the place":
        moved(admin, lines["mover"], estate.new_tenant("partner", estate.id("provider"))["id"])
    else:
        moved(admin, lines["new"], lines["old"])
    admin.problem("POST", f"/v1/tenants/{lines['mover']}/move", 409, "plan_stale", json=body)


def test_without_a_plan_nothing_moves(admin, lines):
    path = f"/v1/tenants/{lines['mover']}/move"
    for body in ({"parent_id": lines["new"]}, {"parent_id": lines["new"], "dry_run": True, "plan": "x"}):
        assert admin.problem("POST", path, 400, "malformed", json=body)["errors"][0]["field"] == "plan"


def test_a_tenant_stands_where_its_kind_may_and_not_below_itself(estate, admin, lines):
    sub = estate.new_tenant("partner", lines["old"])["id"]

    def refused(tenant, parent, status, code):
        admin.problem("POST", f"/v1/tenants/{tenant}/move", status, code, json={"parent_id": parent, "dry_run": True})
    refused(sub, lines["mover"], 422, "kind_not_allowed")
    refused(lines["old"], lines["old"], 422, "ring")
    refused(lines["old"], sub, 422, "ring")
    refused(lines["mover"], lines["old"], 422, "wrong_state")
    refused(lines["mover"], NOBODY, 404, "not_found")
    deep = lines["new"]
    for _ in range(13):
        deep = estate.new_tenant("partner", deep)["id"]
    refused(lines["old"], deep, 422, "too_deep")
    planned(admin, lines["mover"], deep)
    admin.post(f"/v1/tenants/{lines['new']}/terminate")
    refused(lines["mover"], lines["new"], 422, "wrong_state")


def test_a_name_that_is_taken_there_is_in_the_way(estate, admin, lines):
    name = unique("crm")
    admin.patch(f"/v1/tenants/{lines['mover']}", {"external_id": name})
    body = {"parent_id": lines["new"], "plan": planned(admin, lines["mover"], lines["new"])["plan"]}
    other = estate.new_tenant("customer", lines["new"], external_id=name)
    plan = planned(admin, lines["mover"], lines["new"])
    assert (plan["clashes"], plan["plan"], plan["expires_at"]) == (["external_id"], None, None)
    admin.problem("POST", f"/v1/tenants/{lines['mover']}/move", 409, "plan_stale", json=body)
    admin.patch(f"/v1/tenants/{other['id']}", {"external_id": None})
    moved(admin, lines["mover"], lines["new"])


def test_only_the_provider_moves_and_not_itself(estate, admin, lines):
    body = {"parent_id": lines["new"], "dry_run": True}
    estate.actor("alpha", "partner_admin").problem("POST", f"/v1/tenants/{estate.id('alpha_one')}/move", 403, "forbidden", json=body)
    estate.actor("alpha", "partner_admin").problem("POST", f"/v1/tenants/{lines['mover']}/move", 404, "not_found", json=body)
    admin.problem("POST", f"/v1/tenants/{estate.id('provider')}/move", 403, "forbidden", json=body)


def test_settings_of_the_new_line_are_told(admin, lines):
    admin.patch(f"/v1/tenants/{lines['mover']}/security-policy", {"password_least": 10})
    admin.patch(f"/v1/tenants/{lines['old']}/security-policy", {"password_strength": 2})
    admin.patch(f"/v1/tenants/{lines['new']}/security-policy", {"password_least": 12})
    told = {(shift["name"], shift["effect"]) for shift in planned(admin, lines["mover"], lines["new"])["settings"]}
    assert told == {("password_least", "tightens"), ("password_least", "conflicts"), ("password_strength", "loosens")}


def test_both_lines_and_the_tenant_are_told_each_what_it_sees(estate, admin, lines):
    old, new = estate.person("old_line", "partner_admin").client, estate.person("new_line", "partner_admin").client
    own = estate.person("mover", "customer_admin").client
    moved(admin, lines["mover"], lines["new"])

    def said(client, tenant):
        (event,) = events(client, tenant)
        assert event["object_id"] == lines["mover"]
        return (event["before"] or {}).get("parent_id"), (event["after"] or {}).get("parent_id")
    assert said(old, lines["old"]) == (lines["old"], None)
    assert said(new, lines["new"]) == (None, lines["new"])
    assert said(new, lines["mover"]) == said(own, lines["mover"]) == (None, None)
    assert said(admin, lines["mover"]) == (lines["old"], lines["new"])


def test_a_tenant_keeps_its_history_and_its_new_line_has_none_of_it(estate, admin, lines):
    new, own = estate.person("new_line", "partner_admin").client, estate.person("mover", "customer_admin")
    staff = estate.person("old_line", "partner_admin")
    made = staff.client.post(f"/v1/tenants/{lines['mover']}/users", {"login": unique("before")}, 201).json()
    mine = own.client.post(f"/v1/tenants/{lines['mover']}/users", {"login": unique("before")}, 201).json()
    moved(admin, lines["mover"], lines["new"])

    def actors(client):
        return {event["object_id"]: event["actor"] for event in events(client, lines["mover"], "createUser")}
    seen = actors(own.client)
    assert seen[mine["id"]]["id"] == own.id and seen[made["id"]]["kind"] == "partner operator" and "id" not in seen[made["id"]]
    assert actors(new) == {}
    assert actors(admin)[made["id"]]["id"] == staff.id
    moved(admin, lines["mover"], lines["old"])
    assert set(actors(own.client)) == set(actors(staff.client)) >= {mine["id"], made["id"]}


def test_who_gave_a_grant_in_the_old_line_is_nobody_s_in_the_new(estate, admin, lines):
    staff, new = estate.person("old_line", "partner_admin").enrol(), estate.person("new_line", "partner_admin").client
    user = estate.new_user("mover")
    body = {"principal_id": user["id"], "role": "viewer", "scope": "self"}
    grant = staff.client.post(f"/v1/tenants/{lines['mover']}/grants", body, 201).json()
    assert grant["granted_by"] == staff.id
    moved(admin, lines["mover"], lines["new"])
    assert new.get(f"/v1/grants/{grant['id']}").json()["granted_by"] is None
    assert admin.get(f"/v1/grants/{grant['id']}").json()["granted_by"] == staff.id


def test_who_filled_a_group_in_the_old_line_is_nobody_s_in_the_new(estate, admin, lines):
    staff, new = estate.person("old_line", "partner_admin").enrol(), estate.person("new_line", "partner_admin").client
    group = staff.client.post(f"/v1/tenants/{lines['mover']}/groups", {"display_name": unique("group")}, 201).json()
    path = f"/v1/groups/{group['id']}/members"
    assert staff.client.post(path, {"principal_id": estate.new_user("mover")["id"]}, 201).json()["added_by"] == staff.id
    plan = planned(admin, lines["mover"], lines["new"])
    assert (plan["rows"]["groups"], plan["rows"]["memberships"], plan["memberships_ended"]) == (1, 1, 0)
    moved(admin, lines["mover"], lines["new"])
    assert [member["added_by"] for member in new.pages(path)] == [None]
    assert [member["added_by"] for member in admin.pages(path)] == [staff.id]


def test_a_role_of_the_old_line_stays_behind(estate, admin, lines):
    made = admin.post(f"/v1/tenants/{lines['old']}/roles", {"name": unique("role"), "permissions": ["tenant:read"]}, 201).json()
    user = estate.new_user("mover")
    grant = estate.grant("mover", user["id"], made["name"], "self")
    assert [shown["id"] for shown in planned(admin, lines["mover"], lines["new"])["grants"]] == [grant["id"]]
    moved(admin, lines["mover"], lines["new"])
    admin.get(f"/v1/grants/{grant['id']}", 404)
    (event,) = list(admin.pages(f"/v1/tenants/{lines['mover']}/audit", action="revokeGrant"))
    assert event["object_id"] == grant["id"]


# Users

@pytest.fixture(name="homes")
def two_customers(estate, admin):
    """A partner with two customers, and one who runs the partner."""
    partner = estate.new_tenant("partner", estate.id("provider"))
    estate.tenants |= {"house": partner, "one": estate.new_tenant("customer", partner["id"]),
                       "two": estate.new_tenant("customer", partner["id"])}
    return estate.person("house", "partner_admin").enrol().client


def user_moved(client, user, tenant):
    path = f"/v1/users/{user}/move"
    plan = client.post(path, {"tenant_id": tenant, "dry_run": True}).json()
    return plan, client.post(path, {"tenant_id": tenant, "plan": plan["plan"]}).json()


def test_a_user_goes_with_all_that_hangs_on_them(estate, admin, homes):
    person = estate.person("one", "viewer").enrol()
    plan, now = user_moved(homes, person.id, estate.id("two"))
    assert (plan["grants_ended"], plan["rows"]["users"], now["tenant_id"]) == (1, 1, estate.id("two"))
    me = person.client.get("/v1/me").json()
    assert (me["tenant_id"], me["roots"]) == (estate.id("two"), [])
    person.client.get(f"/v1/tenants/{estate.id('one')}", 404)
    assert [factor["kind"] for factor in person.client.get("/v1/me/factors").json()["authenticators"]] == ["totp"]
    person.client.other().post("/v1/token/refresh", {"refresh_token": person.refresh_token})
    person.client.other().post("/v1/login", person.body(), 401)
    person.tenant_code = estate.tenants["two"]["code"]
    assert person.client.other().post("/v1/login", person.body()).json()["pending"] == "totp"
    homes.get(f"/v1/tenants/{estate.id('two')}")
    assert [event["object_id"] for event in events(homes, estate.id("one"), "moveUser")] == [person.id]
    (event,) = events(homes, estate.id("two"), "moveUser")
    assert event["after"] == {"tenant_id": estate.id("two")} and event["before"] == {"tenant_id": None}


def test_a_user_leaves_the_groups_of_the_old_home_with_an_event_each(estate, admin, homes):
    user = estate.new_user("one")
    groups = [admin.post(f"/v1/tenants/{estate.id('one')}/groups", {"display_name": unique("group")}, 201).json() for _ in range(2)]
    for group in groups:
        admin.post(f"/v1/groups/{group['id']}/members", {"principal_id": user["id"]}, 201)
    plan, _ = user_moved(homes, user["id"], estate.id("two"))
    assert plan["memberships_ended"] == 2
    assert all(list(admin.pages(f"/v1/groups/{group['id']}/members")) == [] for group in groups)
    left = events(homes, estate.id("one"), "removeGroupMember")
    assert {event["object_id"] for event in left} == {group["id"] for group in groups}
    assert {event["before"]["principal_id"] for event in left} == {user["id"]}


def test_a_grant_that_lies_in_the_new_home_stays(estate, admin, homes):
    person = estate.person("one", "viewer")
    plan, _ = user_moved(homes, person.id, estate.id("house"))
    assert plan["grants_ended"] == 0
    person.client.get(f"/v1/tenants/{estate.id('one')}")
    plan, _ = user_moved(homes, person.id, estate.id("one"))
    assert plan["grants_ended"] == 0


def test_a_user_is_moved_between_what_one_grant_covers(estate, admin, homes):
    user = estate.new_user("one")
    path = f"/v1/users/{user['id']}/move"
    for place in (estate.id("alpha_one"), estate.id("provider"), NOBODY):
        homes.problem("POST", path, 404, "not_found", json={"tenant_id": place, "dry_run": True})
    estate.actor("alpha", "partner_admin").problem("POST", path, 404, "not_found", json={"tenant_id": estate.id("two"), "dry_run": True})
    own = estate.person("one", "customer_admin").client
    own.problem("POST", path, 403, "forbidden", json={"tenant_id": estate.id("one"), "dry_run": True})
    homes.problem("POST", path, 422, "wrong_state", json={"tenant_id": estate.id("one"), "dry_run": True})


def test_names_are_unique_where_a_user_comes_to(estate, admin, homes):
    user = estate.new_user("one", external_id=unique("hr"))
    admin.post(f"/v1/tenants/{estate.id('two')}/users", {"login": user["login"], "external_id": user["external_id"]}, 201)
    plan = homes.post(f"/v1/users/{user['id']}/move", {"tenant_id": estate.id("two"), "dry_run": True}).json()
    assert (sorted(plan["clashes"]), plan["plan"]) == (["external_id", "login"], None)


def test_nobody_moves_themselves_and_who_lacks_privileges_nobody_privileged(estate, admin, homes):
    me = homes.get("/v1/me").json()["id"]
    homes.problem("POST", f"/v1/users/{me}/move", 422, "self_service", json={"tenant_id": estate.id("one"), "dry_run": True})
    made = admin.post(f"/v1/tenants/{estate.id('house')}/roles", {"name": unique("mover"), "permissions": ["user:read", "user:move"]}, 201)
    mover = estate.person("house", made.json()["name"]).enrol().client
    boss = estate.person("one", "customer_admin")
    mover.problem("POST", f"/v1/users/{boss.id}/move", 422, "privileged", json={"tenant_id": estate.id("two"), "dry_run": True})
