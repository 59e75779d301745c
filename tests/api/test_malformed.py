"""Malformed bodies: every wrong field is named, and nothing is written."""
import json

import pytest

from support import source
from support.estate import PASSWORD, unique

TABLES, USES = source.tables(), source.uses()
BODIES = [(route, TABLES[name]) for route in source.routes() for name in USES[route.handler].bodies]
CHANGES = [(route, table) for route, table in BODIES if route.changes]


def named(route_and_table):
    return pytest.mark.parametrize("route, table", route_and_table, ids=[route.operation for route, _ in route_and_table])


@pytest.fixture(scope="module", name="targets")
def things_to_change(estate):
    person = estate.person("alpha_one", "customer_admin")
    role = estate.admin.client.post(f"/v1/tenants/{estate.id('alpha_one')}/roles",
                                    {"name": unique("role"), "permissions": ["tenant:read"]}, 201).json()
    group = estate.admin.client.post(f"/v1/tenants/{estate.id('alpha_one')}/groups", {"display_name": unique("group")}, 201).json()
    job = estate.admin.client.post(f"/v1/tenants/{estate.id('alpha_one')}/imports", {"kind": "users"}, 201).json()
    return {"caller": person.client, "/v1/tenants": estate.id("alpha_one"), "/v1/users": estate.new_user()["id"],
            "/v1/clients": estate.new_machine()[0]["id"], "/v1/roles": role["id"], "/v1/groups": group["id"], "{import}": job["id"]}


def path_of(route, targets):
    path = route.path.replace("{import}", targets["{import}"])
    return path.replace("{id}", str(targets.get(route.path.partition("/{id}")[0])))


def fields(problem):
    return sorted(error["field"] for error in problem["errors"])


def missing(field):
    """What takes any value is left out of these bodies: it must be there, or it may."""
    return field.kind == "raw" and field.need == "REQUIRED"


def send(route, targets, estate, data, status=400, code="malformed", **headers):
    caller = estate.admin.client if route.changes else targets["caller"]
    headers = {"Content-Type": "application/json"} | headers
    return caller.problem(route.method, path_of(route, targets), status, code, data=data, headers=headers)


@named(BODIES)
def test_every_field_of_the_wrong_type_is_named(estate, targets, route, table):
    body = {field.name: {"no": ["such", "thing"]} for field in table.fields if field.kind != "raw"}
    problem = send(route, targets, estate, json.dumps(body | {"surplus": 1, "": 2}))
    expected = [*body, "surplus", ""] + [field.name for field in table.fields if missing(field)]
    assert fields(problem) == sorted(expected)


@named(BODIES)
def test_every_missing_field_is_named(estate, targets, route, table):
    required = sorted(field.name for field in table.fields if field.need == "REQUIRED")
    if required:
        assert fields(send(route, targets, estate, "{}")) == required


@named(BODIES)
def test_null_is_a_value_only_where_it_says_so(estate, targets, route, table):
    body = {field.name: None for field in table.fields if field.kind != "raw"}
    refused = sorted(field.name for field in table.fields if field.kind != "raw" and field.need != "NULLABLE")
    refused = sorted(refused + [field.name for field in table.fields if missing(field)])
    if refused:
        assert fields(send(route, targets, estate, json.dumps(body))) == refused


@named([(route, table) for route, table in BODIES if any(field.kind == "text" for field in table.fields)])
def test_text_has_its_limits(estate, targets, route, table):
    texts = [field for field in table.fields if field.kind == "text"]
    others = [field.name for field in table.fields if field.kind != "text" and field.need == "REQUIRED"]
    for value in ("x" * 1025, "", "a\nb", "a\u0085b", "a\u2028b", "\u0001"):
        if value == "":
            wrong = sorted(field.name for field in texts if field.least > 0 or field.choices)
        elif len(value) > 1000:
            wrong = sorted(field.name for field in texts)
        else:
            wrong = sorted(field.name for field in texts)
        problem = send(route, targets, estate, json.dumps({field.name: value for field in texts}))
        assert fields(problem) == sorted(wrong + others), value


@named(BODIES)
@pytest.mark.parametrize("data", [
    "", " ", "[]", "null", "1", '"text"', "{", '{"a":1,}', "{'a':1}", '{"a":1}{"b":2}', '{"a":1, "a":1}', "\xff\xfe",
    '{"a":"\\ud800"}', '{"a":"\\u0000"}', '{"a":NaN}', '{"a":1e999}', "[" * 100 + "]" * 100, '{"a":' * 40 + "1" + "}" * 40,
    "\ufeff{}", '{"name":"x" /* why */}',
])
def test_what_is_no_object_is_refused_whole(estate, targets, route, table, data):
    data = data.encode("latin-1") if data.startswith("\xff") else data.encode()
    problem = send(route, targets, estate, data)
    assert problem["errors"], problem


@named(CHANGES)
def test_nothing_is_written(estate, targets, admin, route, table):
    """One right field beside a wrong one: neither is taken."""
    path = path_of(route, targets)
    right = {"name": unique("never"), "login": unique("never"), "display_name": unique("never"), "reach": "staff",
             "kind": "customer"}
    body = {field.name: right[field.name] for field in table.fields if field.name in right}
    before = admin.get(path).text if route.method == "PATCH" else None
    events = [event["id"] for event in admin.pages(f"/v1/tenants/{estate.id('alpha_one')}/audit", outcome="done")]
    send(route, targets, estate, json.dumps(body | {"surplus": 1}))
    assert [e["id"] for e in admin.pages(f"/v1/tenants/{estate.id('alpha_one')}/audit", outcome="done")] == events
    if before:
        assert admin.get(path).text == before


@named(BODIES)
def test_other_media_are_not_read(estate, targets, route, table):
    for media in ("text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", "application/xml",
                  "application/merge-patch+json", "multipart/form-data"):
        send(route, targets, estate, "{}", 415, "unsupported_media_type", **{"Content-Type": media})
    send(route, targets, estate, "{}", 415, "unsupported_media_type", **{"Content-Encoding": "gzip"})


@named(BODIES)
def test_a_body_has_its_limit(estate, targets, route, table):
    data = b'{"a":"' + b"x" * (1 << 20) + b'"}'
    send(route, targets, estate, data, 413, "too_large")


def test_an_address_list_names_the_element_that_is_wrong(estate, admin):
    body = {"login": unique("user"), "dialling_addresses": ["+4930", 7, "x" * 257, "a\nb"]}
    problem = admin.problem("POST", f"/v1/tenants/{estate.id('alpha_one')}/users", 400, "malformed", json=body)
    assert fields(problem) == [f"dialling_addresses[{n}]" for n in (1, 2, 3)]


def test_text_is_measured_in_characters(estate, admin):
    path = f"/v1/tenants/{estate.id('alpha_one')}/users"
    admin.post(path, {"login": unique("user"), "display_name": "ü" * 128}, 201)
    admin.post(path, {"login": unique("user"), "display_name": "ü" * 129}, 400)


def test_a_wrong_body_is_told_only_to_who_may_send_one(estate, anonymous):
    path = f"/v1/tenants/{estate.id('alpha_one')}/users"
    anonymous.call("POST", path, 401, json={"surplus": PASSWORD})
    estate.actor("alpha_one", "viewer").call("POST", path, 403, json={"surplus": 1})
    estate.actor("beta", "viewer").call("POST", path, 404, json={"surplus": 1})


def test_a_parameter_that_nothing_asks_for_is_named_and_nothing_changes(estate):
    user = estate.new_user()["id"]
    admin = estate.admin.client
    assert fields(admin.problem("GET", f"/v1/users/{user}?fields=id", 400, "malformed")) == ["fields"]
    assert fields(admin.problem("POST", f"/v1/users/{user}/suspend?dry_run=true", 400, "malformed")) == ["dry_run"]
    assert admin.get(f"/v1/users/{user}").json()["state"] == "invited"


def test_a_body_that_nothing_asks_for_is_refused_and_nothing_changes(estate):
    user = estate.new_user()["id"]
    admin = estate.admin.client
    problem = admin.problem("POST", f"/v1/users/{user}/suspend", 400, "malformed", data='{"reach": "self"}',
                            headers={"Content-Type": "application/json"})
    assert fields(problem) == [""]
    assert admin.get(f"/v1/users/{user}").json()["state"] == "invited"
