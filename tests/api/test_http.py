"""What holds for every path: methods, HEAD, OPTIONS, request ids, the form of problems."""
import re

import pytest

from support import source
from support.estate import unique
from support.importing import user
from support.jobs import Jobs

ROUTES = source.routes()
PATHS = sorted({route.path for route in ROUTES})
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


@pytest.fixture(scope="module", name="targets")
def things_to_look_at(estate):
    grant = estate.grant("alpha", estate.new_user("alpha")["id"], "viewer")
    group = estate.admin.client.post(f"/v1/tenants/{estate.id('alpha')}/groups", {"display_name": unique("group")}, 201).json()
    estate.admin.client.post(f"/v1/groups/{group['id']}/members", {"principal_id": grant["principal_id"]}, 201)
    report = Jobs(estate.admin.client, estate.id("alpha")).load([user(unique("loaded"))])
    return {"import": report.job["id"], "/v1/tenants": estate.id("alpha"), "/v1/users": estate.new_user()["id"],
            "/v1/grants": grant["id"], "/v1/groups": group["id"],
            "/v1/clients": estate.new_machine()[0]["id"], "/v1/roles": estate.role("viewer")}


def path_of(path, targets):
    return path.replace("{id}", str(targets.get(path.partition("/{id}")[0]))).replace("{import}", targets["import"])


def methods_of(path):
    methods = {route.method for route in ROUTES if route.path == path}
    return methods | ({"HEAD"} if "GET" in methods else set())


def listed(header):
    return set(re.split(r", *", header))


def shown(reply):
    """The headers, without those that differ from request to request."""
    return {name: value for name, value in reply.headers.items() if name not in ("Date", "X-Request-Id")}


def content(reply):
    """What it says; a cursor is another text each time, of one length."""
    if reply.headers["Content-Type"] != "application/json":
        return reply.content
    body = reply.json()
    return body | {"next_cursor": len(body["next_cursor"])} if isinstance(body, dict) and body.get("next_cursor") else body


def between_equals(caller, path, tries=20):
    """(GET, HEAD), the same GET after it having shown the same: refusals, for one, are added to lists meanwhile."""
    for _ in range(tries):
        before, headed, after = caller.get(path), caller.call("HEAD", path, 200), caller.get(path)
        if shown(before) == shown(after) and content(before) == content(after):
            return before, headed
    raise AssertionError(f"{path} changes from request to request")


@pytest.mark.parametrize("path", [path for path in PATHS if "GET" in methods_of(path)])
def test_head_is_get_without_a_body(admin, targets, path):
    got, headed = between_equals(admin, path_of(path, targets))
    assert got.content and headed.content == b""
    assert shown(headed) == shown(got)


def test_head_has_problems_too(anonymous):
    assert anonymous.call("HEAD", "/v1/me", 401).headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", PATHS)
def test_options_names_the_methods(anonymous, targets, path):
    reply = anonymous.call("OPTIONS", path_of(path, targets), 204)
    assert listed(reply.headers["Allow"]) == methods_of(path) | {"OPTIONS"}
    assert not [name for name in reply.headers if name.startswith("Access-Control")]


@pytest.mark.parametrize("path", PATHS)
def test_another_method_is_refused_with_those_there_are(anonymous, targets, path):
    for method in set(METHODS) - methods_of(path):
        reply = anonymous.call(method, path_of(path, targets), 405)
        assert listed(reply.headers["Allow"]) == methods_of(path) | {"OPTIONS"}
        assert method == "HEAD" or reply.json()["code"] == "method_not_allowed"


@pytest.mark.parametrize("method", ["BREW", "get", "PROPFIND", "TRACE", "LINK"])
def test_an_unknown_method_is_not_implemented(anonymous, method):
    reply = anonymous.session.send(prepared(anonymous, method))
    assert reply.status_code in (400, 501)


def prepared(caller, method):
    """As it is written: requests would make it upper-case."""
    import requests
    request = requests.Request("GET", caller.server.url + "/v1/me").prepare()
    request.method = method
    return request


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/", "/v2/me", "/v1/me/", "/v1/nothing", "/metrics", "/healthz", "/readyz",
                                  "/v1/tenants/x/y/z", "/openapi.yaml", "/V1/me"])
def test_an_unknown_path_is_not_there(anonymous, path):
    anonymous.call("GET", path, None)
    assert anonymous.call("GET", path, None).status_code in (400, 404)


@pytest.mark.parametrize("path", ["/v1//me", "/v1/../v1/me", "/v1/%2e%2e/me", "/v1/m%00e", "/v1/%ff", "/v1/me%2f"])
def test_a_path_that_can_be_read_two_ways_is_refused(anonymous, path):
    request = prepared(anonymous, "GET")
    request.url = anonymous.server.url + path
    reply = anonymous.session.send(request)
    assert reply.status_code == 400 and reply.json()["code"] == "malformed"


@pytest.mark.parametrize("id", ["a", "A.b_c-9", "x" * 64])
def test_a_request_id_is_taken_over(anonymous, id):
    reply = anonymous.get("/v1/me", 401, headers={"X-Request-Id": id})
    assert reply.headers["X-Request-Id"] == reply.json()["request_id"] == id


@pytest.mark.parametrize("id", ["", "x" * 65, "a b", "a/b", "\u00e4".encode().decode("latin-1"), "a;b", '"'])
def test_another_request_id_is_replaced(anonymous, id):
    first = anonymous.get("/v1/me", 401, headers={"X-Request-Id": id}).headers["X-Request-Id"]
    second = anonymous.get("/v1/me", 401, headers={"X-Request-Id": id}).headers["X-Request-Id"]
    assert id not in (first, second) and first != second


def test_nobody_is_known_without_credentials(anonymous):
    """Every route that is not public: the same answer, whatever the target."""
    for route in ROUTES:
        if route.permission != "public":
            reply = anonymous.call(route.method, route.path.replace("{id}", "x"), 401)
            assert reply.json() == {"error": "invalid_client"} if route.path.startswith("/oauth2/") else \
                reply.json()["code"] == "unauthenticated"


def test_no_reply_names_the_software(anonymous):
    headers = anonymous.get("/v1/me", 401).headers
    assert "Server" not in headers and "X-Powered-By" not in headers


def test_no_origin_may_call_from_a_browser(anonymous, admin):
    headers = {"Origin": "https://portal.example", "Access-Control-Request-Method": "GET"}
    for reply in (anonymous.call("OPTIONS", "/v1/me", 204, headers=headers), admin.get("/v1/me", headers=headers)):
        assert not [name for name in reply.headers if name.startswith("Access-Control")]
