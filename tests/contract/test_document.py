"""The OpenAPI document is sound, and complete as to what the gate and http can answer."""
import json
import re
import subprocess

import jsonschema
import pytest

from support import source
from support.contract import Document

DOCUMENT = Document()
# They take forms, and tell errors in a form of their own.
OAUTH = ("issueClientToken", "introspectToken", "revokeToken")
ROUTES = {route.operation: route for route in source.routes()}


def every(value, key):
    """The values of every member of that name, anywhere below."""
    if isinstance(value, dict):
        if key in value:
            yield value[key]
        for item in value.values():
            yield from every(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from every(item, key)


@pytest.fixture(params=sorted(DOCUMENT.operations))
def operation(request):
    return DOCUMENT.operations[request.param]


@pytest.fixture(params=sorted(DOCUMENT.text["components"]["schemas"]))
def schema(request):
    return DOCUMENT.text["components"]["schemas"][request.param]


def test_it_is_openapi_3_1():
    assert DOCUMENT.text["openapi"].startswith("3.1.")


def test_every_operation_has_a_name_of_its_own():
    methods = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
    names = [item[method]["operationId"] for item in DOCUMENT.text["paths"].values() for method in methods if method in item]
    assert sorted(names) == sorted(set(names)) == sorted(DOCUMENT.operations)


def test_every_reference_leads_somewhere():
    for reference in every(DOCUMENT.text, "$ref"):
        assert reference.startswith("#/components/") and DOCUMENT.resolved({"$ref": reference}), reference


def test_every_component_is_used():
    used = set(every(DOCUMENT.text, "$ref"))
    for kind in ("schemas", "parameters", "headers", "responses"):
        unused = [name for name in DOCUMENT.text["components"][kind] if f"#/components/{kind}/{name}" not in used]
        assert unused == [], kind


def test_every_tag_is_explained_and_used():
    used = {tag for operation in DOCUMENT.operations.values() for tag in operation.item["tags"]}
    assert [tag["name"] for tag in DOCUMENT.text["tags"] if tag["description"]] and \
        {tag["name"] for tag in DOCUMENT.text["tags"]} == used


def test_an_operation_is_explained(operation):
    assert operation.item["summary"] and len(operation.item["tags"]) == 1


def test_the_parameters_of_a_path_are_declared(operation):
    in_path = {parameter["name"] for parameter in operation.parameters if parameter["in"] == "path"}
    assert in_path == set(re.findall(r"{(\w+)}", operation.path))


def test_every_status_has_a_description_and_the_request_id(operation):
    for status, response in operation.item["responses"].items():
        response = DOCUMENT.resolved(response)
        assert response["description"], status
        assert "X-Request-Id" in response["headers"], status


def test_errors_are_problems(operation):
    for status, response in operation.item["responses"].items():
        if status.startswith(("2", "3")):
            continue
        media = "application/problem+json"
        if operation.name in OAUTH and status in ("400", "401", "429", "503"):
            media = "application/json"
        assert list(DOCUMENT.resolved(response)["content"]) == [media], status


def gate_can_give(route, operation):
    """The refusals that the gate and http have for a route, by its row and what it takes."""
    can = {"400", "default"}
    if route.permission != "public":
        can |= {"401", "503"}  # a snapshot that is not fresh
    if route.permission not in ("public", "single") and route.scope != "machine":
        can.add("403")
    if "{id}" in route.path or route.scope == "parent":
        can.add("404")
    if route.lane in ("hash", "database"):
        can.add("503")  # a full queue
    if operation.body()[0]:
        can |= {"413", "415"}
    if route.changes:
        can |= {"409", "422"}  # taken names, running keys; rules
    if "If-Match" in operation.headers():
        can.add("412")
    return can


def test_whatever_the_gate_can_answer_is_promised(operation):
    missing = gate_can_give(ROUTES[operation.name], operation) - set(operation.item["responses"])
    assert missing == set()


def test_a_creation_takes_an_idempotency_key_and_says_when_it_is_a_replay(operation):
    creates = ROUTES[operation.name].creates
    assert ("Idempotency-Key" in operation.headers()) == creates
    for status, response in operation.item["responses"].items():
        if status.startswith("2"):
            assert ("Idempotency-Replayed" in response["headers"]) == creates


def test_a_patch_takes_if_match_and_nothing_else_does(operation):
    assert ("If-Match" in operation.headers()) == (operation.method == "PATCH")


def test_what_has_an_etag_can_be_asked_for_by_it(operation):
    if operation.method != "GET":
        return
    tagged = "ETag" in DOCUMENT.resolved(operation.item["responses"]["200"])["headers"]
    assert tagged == ("304" in operation.item["responses"]) == ("If-None-Match" in operation.headers())


def test_a_new_thing_has_a_place(operation):
    created = operation.item["responses"].get("201")
    if created and operation.name not in ("inviteUser", "inviteImported", "resetUserPassword"):
        assert "Location" in created["headers"]


RELAYED = {step.operation for step in source.steps() if step.address == "STATED"}


def test_security_is_as_the_permission_says(operation):
    public = operation.item["x-scope"] in ("public", "machine")
    assert ("security" in operation.item) == public
    if public:
        # Machines authenticate otherwise; who relays a login shows a token of its own beside what the person shows.
        ways = dict.fromkeys(OAUTH, [{"basic": []}, {}]) | dict.fromkeys(RELAYED, [{"bearer": []}, {}])
        assert operation.item["security"] == ways.get(operation.name, [])


def test_a_list_has_pages(operation):
    found = DOCUMENT.resolved(operation.item["responses"].get("200", {})).get("content", {}).get("application/json", {})
    schema = DOCUMENT.resolved(found.get("schema", {}))
    if "items" in schema.get("properties", {}):
        assert schema["required"] == ["items", "next_cursor"]
        if operation.name not in ("getBreadcrumb", "listPermissions"):  # one page is all there is
            assert {"limit", "cursor"} <= set(operation.query())


def test_a_schema_is_one_of_json_schema(schema):
    jsonschema.Draft202012Validator.check_schema(schema)


def test_an_object_says_whether_it_may_have_more(schema):
    open_ones = ("An OpenAPI document.", "A form of OAuth")  # RFC 6749 section 3.2: unknown parameters are ignored
    if schema.get("type") == "object" and not schema["description"].startswith(open_ones):
        assert schema["additionalProperties"] is False
        assert set(schema.get("required", [])) <= set(schema["properties"])


def test_every_schema_is_explained():
    silent = [name for name, schema in DOCUMENT.text["components"]["schemas"].items() if "description" not in schema]
    assert silent == []


def test_the_codes_are_those_of_the_results():
    promised = DOCUMENT.text["components"]["schemas"]["Code"]["enum"]
    assert len(promised) == len(set(promised))
    assert set(promised) == set(source.results())


def listed(file, header):
    """The names in a header that http sends to browsers."""
    text = source.bare(source.ROOT / "server/http" / file)
    return set(re.search(rf'"{header}",\s*(?:STR\()?"([^"]*)"', text).group(1).split(", "))


def test_a_browser_may_send_and_see_every_header():
    sent = {"Authorization", "Content-Type", "X-Request-Id"}
    seen = {name for headers in every(DOCUMENT.text, "headers") for name in headers if name[0].isupper() and "-" in name
            or name in ("ETag", "Link", "Location", "RateLimit")} - {"Cache-Control"}  # which every browser shows
    for operation in DOCUMENT.operations.values():
        sent |= operation.headers()
    assert listed("request.c", "Access-Control-Allow-Headers") == sent
    assert listed("reply.c", "Access-Control-Expose-Headers") == seen


def test_the_bundle_is_the_same_twice(tmp_path):
    def bundle(name):
        subprocess.run([source.ROOT / "openapi/bundle", source.ROOT / "openapi/openapi.yaml", tmp_path / name], check=True)
        return (tmp_path / name).read_bytes()
    assert bundle("one") == bundle("two")


@pytest.mark.parametrize("text, complaint", [
    ("paths: {}\npaths: {}\n", "twice: paths"),
    ("components: {}\npaths: {a: {$ref: 'schemas/none.yaml#/None'}}\n", "there is no such file"),
    ("components: {}\npaths: {a: {$ref: '#/components/None'}}\n", "there is no such thing"),
])
def test_the_bundler_names_what_is_wrong(tmp_path, text, complaint):
    (tmp_path / "openapi.yaml").write_text(text)
    done = subprocess.run([source.ROOT / "openapi/bundle", tmp_path / "openapi.yaml", tmp_path / "out"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 1 and complaint in done.stderr


def test_two_schemas_of_one_name_are_refused(tmp_path):
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "thing.yaml").write_text(json.dumps({"Thing": {"type": "string"}}))
    references = [{"$ref": f"{name}/thing.yaml#/Thing"} for name in ("one", "two")]
    (tmp_path / "openapi.yaml").write_text(json.dumps({"components": {}, "paths": references}))
    done = subprocess.run([source.ROOT / "openapi/bundle", tmp_path / "openapi.yaml", tmp_path / "out"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "Thing stands in" in done.stderr
