"""The security policy of a tenant: what holds, where it comes from, and that below it may only be tighter."""
import pytest

from support.estate import unique

DEFAULTS = {"password_least_single": 15, "password_least": 8, "password_most": 128, "password_strength": 0, "password_classes": 0,
            "password_history": 0, "password_age": 0, "password_change_first": False, "password_words": None,
            "account_attempts": 10, "address_attempts": 100, "tenant_attempts": 1000, "session_idle_time": 3600, "session_time": 43200,
            "second_factor": "none", "factor_age": 3600, "networks": None}
PORTALS = ("service", "partner", "analytics")
DEFAULTS |= {f"{portal}_{name}": DEFAULTS[name] for portal in PORTALS
             for name in ("session_idle_time", "session_time", "second_factor", "factor_age")}
DEFAULTS["analytics_second_factor"] = "everyone"
TIGHTER = {"password_least_single": 20, "password_least": 12, "password_most": 200, "password_strength": 3, "password_classes": 2,
           "password_history": 5, "password_age": 7776000, "password_change_first": True, "password_words": ["pexip", "north clinic"],
           "account_attempts": 5, "address_attempts": 50, "tenant_attempts": 500, "session_idle_time": 900, "session_time": 28800,
           "second_factor": "privileged", "factor_age": 600, "networks": ["10.0.0.0/8", "2001:db8::/32"]}
TIGHTER |= {f"{portal}_{name}": value for portal in PORTALS
            for name, value in (("session_idle_time", 800), ("session_time", 28000), ("second_factor", "privileged"), ("factor_age", 300))}
TIGHTER["analytics_second_factor"] = "everyone"


def origins(policy, member="origin"):
    """Of all but the one member that nobody can tighten, so that it is the service's own whoever sets it."""
    return {value for name, value in values(policy, member).items() if name != "analytics_second_factor"}


class Line:
    """A partner with a customer below it, and who runs each."""

    def __init__(self, estate):
        self.estate = estate
        self.partner = estate.new_tenant("partner", estate.id("provider"), unique("partner"))
        self.customer = estate.new_tenant("customer", self.partner["id"], unique("customer"))
        for name, tenant in (("partner", self.partner), ("customer", self.customer)):
            estate.tenants[tenant["name"]] = tenant
        self.above = estate.person(self.partner["name"], "partner_admin").client
        self.runner = estate.person(self.customer["name"], "customer_admin")
        self.below = self.runner.client

    def strong(self):
        """Whoever runs the customer has two factors, as the tighter policies ask of the privileged."""
        self.below = self.runner.enrol().client
        return self

    def path(self, tenant):
        return f"/v1/tenants/{tenant['id']}/security-policy"


@pytest.fixture(name="line")
def new_line(estate):
    return Line(estate)


def values(policy, member="value"):
    return {name: setting[member] for name, setting in policy.items() if name != "tenant_id"}


def test_unset_is_what_the_service_says(line):
    policy = line.below.get(line.path(line.customer)).json()
    assert policy["tenant_id"] == line.customer["id"]
    assert values(policy) == DEFAULTS
    assert set(values(policy, "origin").values()) == {"default"}
    assert set(values(policy, "tenant_id").values()) == set(values(policy, "own").values()) == {None}


def test_what_is_set_holds_below_and_says_where_it_comes_from_as_far_as_one_sees(line, admin):
    own = line.above.patch(line.path(line.partner), TIGHTER).json()
    assert values(own) == values(own, "own") == TIGHTER
    assert origins(own) == {"tenant"}
    assert origins(own, "tenant_id") == {line.partner["id"]}
    for caller, named in ((line.above, line.partner["id"]), (admin, line.partner["id"]), (line.below, None)):
        policy = caller.get(line.path(line.customer)).json()
        assert values(policy) == TIGHTER
        assert set(values(policy, "own").values()) == {None}
        assert origins(policy) == {"inherited"}
        assert origins(policy, "tenant_id") == {named}
    assert line.partner["id"] not in line.below.get(line.path(line.customer)).text


def test_a_list_that_is_put_together_says_so(line):
    line.above.patch(line.path(line.partner), {"password_words": ["north clinic"]})
    words = line.below.patch(line.path(line.customer), {"password_words": ["pexip"]}).json()["password_words"]
    assert words == {"value": ["north clinic", "pexip"], "own": ["pexip"], "origin": "combined", "tenant_id": None}


def test_it_holds_nowhere_else(line, estate):
    line.above.patch(line.path(line.partner), TIGHTER)
    other = estate.actor("beta_one", "customer_admin")
    assert values(other.get(f"/v1/tenants/{estate.id('beta_one')}/security-policy").json()) == DEFAULTS


LOOSER = [("password_least_single", 19, "20"), ("password_least", 11, "12"), ("password_most", 128, "200"), ("password_strength", 2, "3"),
          ("password_classes", 1, "2"), ("password_history", 4, "5"), ("password_age", 7776001, "7776000"), ("password_age", 0, "7776000"),
          ("password_change_first", False, "true"), ("account_attempts", 6, "5"), ("address_attempts", 51, "50"),
          ("tenant_attempts", 0, "500"), ("session_idle_time", 901, "900"), ("session_time", 28801, "28800"),
          ("second_factor", "none", "privileged"), ("factor_age", 601, "600"), ("networks", ["10.0.0.0/7"], "10.0.0.0/8"),
          ("networks", ["10.1.0.0/16", "0.0.0.0/0"], "2001:db8::/32"),
          ("service_session_idle_time", 801, "800"), ("partner_session_time", 28001, "28000"), ("analytics_factor_age", 301, "300"),
          ("service_second_factor", "none", "privileged"), ("partner_second_factor", "none", "privileged")]


def test_looser_than_above_is_refused_and_names_member_and_bound(line):
    line.strong().above.patch(line.path(line.partner), TIGHTER)
    for member, value, bound in LOOSER:
        reply = line.below.problem("PATCH", line.path(line.customer), 422, "out_of_bounds", json={member: value})
        error, = reply["errors"]
        assert (error["field"], error["code"]) == (member, "too_loose"), error
        assert bound in error["message"]
    assert set(values(line.below.get(line.path(line.customer)).json(), "own").values()) == {None}


def test_as_tight_or_tighter_is_taken(line):
    line.strong().above.patch(line.path(line.partner), TIGHTER)
    mine = {"password_least_single": 30, "networks": ["10.9.0.0/16"], "password_age": 86400, "second_factor": "everyone",
            "service_second_factor": "everyone", "partner_second_factor": "everyone"}
    tighter = TIGHTER | mine
    policy = line.below.patch(line.path(line.customer), tighter).json()
    assert values(policy) == tighter | {"password_words": TIGHTER["password_words"]}
    assert {name for name, origin in values(policy, "origin").items() if origin == "tenant"} == set(mine)


@pytest.mark.parametrize("member, value", [("password_least_single", 14), ("password_least", 7), ("password_most", 127),
                                           ("password_history", 25), ("session_time", 86401), ("session_idle_time", 3601),
                                           ("account_attempts", 101), ("account_attempts", 2), ("password_strength", 5),
                                           ("partner_session_time", 86401), ("service_session_idle_time", 59),
                                           ("analytics_second_factor", "privileged"), ("analytics_second_factor", "none")])
def test_below_the_floor_is_refused_for_the_provider_too(admin, estate, member, value):
    reply = admin.problem("PATCH", f"/v1/tenants/{estate.id('provider')}/security-policy", 422, "out_of_bounds", json={member: value})
    error, = reply["errors"]
    assert (error["field"], error["code"]) == (member, "out_of_range")
    assert error["message"].startswith("Must be ")


def test_every_wrong_member_is_named_and_nothing_is_set(line):
    body = {"password_history": 3, "password_least": 1, "session_time": 10**9, "networks": ["10.0.0.1/8"]}
    reply = line.below.problem("PATCH", line.path(line.customer), 422, "out_of_bounds", json=body)
    assert {(e["field"], e["code"]) for e in reply["errors"]} == {("password_least", "out_of_range"), ("session_time", "out_of_range"),
                                                                  ("networks", "malformed")}
    assert values(line.below.get(line.path(line.customer)).json()) == DEFAULTS


def test_a_word_has_at_most_64_characters(line):
    path = line.path(line.customer)
    error, = line.below.problem("PATCH", path, 422, "out_of_bounds", json={"password_words": ["x", "\U0001F4DE" * 65]})["errors"]
    assert (error["field"], error["code"]) == ("password_words", "malformed") and "64" in error["message"]
    longest = ["\U0001F4DE" * 64]
    assert line.below.patch(path, {"password_words": longest}).json()["password_words"]["own"] == longest


def test_a_portal_is_held_to_what_all_are_held_to(line):
    """Its own value may be larger, as below one that was tightened later; what holds is the tighter of both."""
    path = line.path(line.customer)
    line.below.patch(path, {"partner_session_time": 7200, "service_session_time": 1800})
    line.above.patch(line.path(line.partner), {"session_time": 3600})
    policy = line.below.get(path).json()
    partner, service, analytics = (policy[f"{portal}_session_time"] for portal in ("partner", "service", "analytics"))
    assert (partner["value"], partner["own"], partner["origin"]) == (3600, 7200, "inherited")
    assert (service["value"], service["own"], service["origin"]) == (1800, 1800, "tenant")
    assert (analytics["value"], analytics["own"], analytics["origin"]) == (3600, None, "inherited")
    error, = line.below.problem("PATCH", path, 422, "out_of_bounds", json={"analytics_session_time": 3601})["errors"]
    assert (error["field"], error["code"]) == ("analytics_session_time", "too_loose") and "3600" in error["message"]


def test_what_is_tightened_above_later_wins_and_null_takes_the_own_value_away(line):
    below, above = line.path(line.customer), line.path(line.partner)
    line.below.patch(below, {"password_history": 2, "networks": ["10.0.0.0/16", "192.0.2.0/24"]})
    line.above.patch(above, {"password_history": 8, "networks": ["10.0.0.0/8"]})
    policy = line.below.get(below).json()
    assert (policy["password_history"]["value"], policy["password_history"]["own"]) == (8, 2)
    assert policy["networks"]["value"] == ["10.0.0.0/16"]
    line.above.patch(above, {"password_history": None, "networks": None})
    policy = line.below.get(below).json()
    assert (policy["password_history"]["value"], policy["password_history"]["origin"]) == (2, "tenant")
    assert policy["networks"]["value"] == ["10.0.0.0/16", "192.0.2.0/24"]
    assert values(line.below.patch(below, {"password_history": None, "networks": None}).json()) == DEFAULTS


@pytest.mark.parametrize("body, field", [({"password_least": "8"}, "password_least"), ({"second_factor": "some"}, "second_factor"),
                                         ({"networks": []}, "networks"), ({"networks": ["10.0.0.0/8"] * 65}, "networks"),
                                         ({"networks": [7]}, "networks[0]"), ({"password_change_first": 1}, "password_change_first"),
                                         ({"tenant_id": "x"}, "tenant_id"), ({"password_words": ["a\nb"]}, "password_words[0]")])
def test_a_malformed_patch_names_the_member(line, body, field):
    reply = line.below.problem("PATCH", line.path(line.customer), 400, "malformed", json=body)
    assert [error["field"] for error in reply["errors"]] == [field]


def test_nobody_s_change_is_lost_and_what_one_has_is_not_sent_again(line):
    path = line.path(line.customer)
    stale = line.below.get(path).headers["ETag"]
    line.below.get(path, 304, headers={"If-None-Match": stale})
    fresh = line.below.patch(path, {"password_history": 1}, headers={"If-Match": stale}).headers["ETag"]
    assert line.below.get(path).headers["ETag"] == fresh != stale
    line.below.problem("PATCH", path, 412, "stale", json={"password_history": 2}, headers={"If-Match": stale})
    # What is inherited is part of what was read.
    line.above.patch(line.path(line.partner), {"password_strength": 1})
    line.below.problem("PATCH", path, 412, "stale", json={"password_history": 2}, headers={"If-Match": fresh})
    assert line.below.get(path).json()["password_history"]["own"] == 1


def test_reading_and_changing_are_permissions_of_their_own(line, estate):
    name, path = line.customer["name"], line.path(line.customer)
    for role, reads in (("helpdesk", 200), ("auditor", 200), ("viewer", 403), ("provisioner", 403)):
        caller = estate.person(name, role).client
        caller.get(path, reads)
        caller.patch(path, {"password_history": 1}, 403)
    line.below.get(line.path(line.partner), 404)
    line.below.patch(line.path(line.partner), {"password_history": 1}, 404)


def test_a_change_is_on_record_with_what_the_tenant_itself_says(line):
    line.strong().above.patch(line.path(line.partner), {"password_strength": 2})
    line.below.patch(line.path(line.customer), {"password_history": 1})
    line.below.patch(line.path(line.customer), {"password_history": 3, "second_factor": "everyone"})
    event = next(line.below.pages(f"/v1/tenants/{line.customer['id']}/audit", action="updateSecurityPolicy"))
    assert (event["object_kind"], event["object_id"]) == ("security_policy", line.customer["id"])
    assert event["before"] == {"password_history": 1}
    assert event["after"] == {"password_history": 3, "second_factor": "everyone"}


def test_passwords_and_codes_in_a_session_are_counted_by_what_its_tenant_says(line, estate):
    line.above.patch(line.path(line.customer), {"account_attempts": 3})
    people = (estate.person(line.customer["name"]).enrol(), 3), (estate.person("alpha_one").enrol(), 10)
    for person, most in people:
        change = {"current_password": "not this one, no", "new_password": "another one, and long enough"}
        statuses = [person.client.put("/v1/me/password", change, None).status_code for _ in range(most + 1)]
        assert statuses == [422] * most + [429]
        statuses = [person.client.post("/v1/me/step-up", {"code": "x"}, None).status_code for _ in range(most + 1)]
        assert statuses[:most].count(429) == 0 and statuses[most] == 429
