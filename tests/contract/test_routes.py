"""The document and server/api agree in both directions: on operations, and on every field of every body and query."""
import pytest

from support import source
from support.contract import Document

DOCUMENT = Document()
ROUTES = source.routes()
TABLES = source.tables()
USES = source.uses()


def test_every_route_is_promised_and_every_promise_is_a_route():
    routed = {(r.operation, r.method, r.path, r.permission, r.scope, r.lane) for r in ROUTES}
    promised = {(o.name, o.method, o.path, o.item["x-permission"], o.item["x-scope"], o.item["x-lane"])
                for o in DOCUMENT.operations.values()}
    assert promised == routed


def test_every_handler_is_of_one_route():
    assert sorted(USES) == sorted({route.handler for route in ROUTES})


def test_every_table_is_used():
    used = {name for uses in USES.values() for name in uses.bodies + uses.queries}
    assert set(TABLES) - used == {"api_check_body", "api_quota_update_body"}  # of the elements of Ask.checks, and of pools


def of_kind(field):
    """What a field's kind and limits are in JSON Schema."""
    if field.kind == "text":
        if field.choices:
            return {"type": "string", "enum": list(field.choices)}
        return {"type": "string", "minLength": field.least, "maxLength": field.most}
    return {
        "id": {"type": "string", "format": "uuid"},
        "number": {"type": "integer", "minimum": field.least, "maximum": field.most},
        "flag": {"type": "boolean"},
        "time": {"type": "string", "format": "date-time"},
        "texts": {"type": "array", "minItems": field.least, "maxItems": field.most},
        "raw": {},
    }[field.kind]


def said(field, schema):
    """What the document says of the same field, in the same words."""
    schema = DOCUMENT.resolved(schema)
    wanted = of_kind(field)
    found = {key: schema.get(key, 0 if key == "minItems" else None) for key in wanted}
    if field.need == "NULLABLE" and schema.get("type") == [wanted["type"], "null"]:
        found["type"] = wanted["type"]
        if "enum" in wanted:
            found["enum"] = [word for word in found["enum"] if word is not None]
    return found


def is_line(schema):
    """Text is of one line, without control characters: the decoder takes no other."""
    schema = DOCUMENT.resolved(schema)
    line = DOCUMENT.text["components"]["schemas"]["Line"]
    return "enum" in schema or schema.get("pattern") == line["pattern"]


def compare(fields, properties, required):
    assert set(properties) == {field.name for field in fields}
    assert set(required) == {field.name for field in fields if field.need == "REQUIRED"}
    for field in fields:
        assert said(field, properties[field.name]) == of_kind(field), field.name
        if field.kind == "text":
            assert is_line(properties[field.name]), field.name
        if field.kind == "texts":
            items = DOCUMENT.resolved(DOCUMENT.resolved(properties[field.name])["items"])
            assert items["maxLength"] == 256 and is_line(items), field.name  # ELEMENT_MOST of json/body.c


@pytest.mark.parametrize("table", [t for t in TABLES.values() if not t.schema.endswith("Query")], ids=lambda t: t.schema)
def test_a_body_is_promised_as_it_is_decoded(table):
    schema = DOCUMENT.text["components"]["schemas"][table.schema]
    assert schema["additionalProperties"] is False
    compare(table.fields, schema["properties"], schema.get("required", []))


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
def test_an_operation_takes_the_body_that_its_handler_decodes(route):
    media, schema = DOCUMENT.operations[route.operation].body()
    if route.operation in ("issueClientToken", "introspectToken", "revokeToken"):
        assert media == "application/x-www-form-urlencoded"
        return
    if route.operation == "fillImport":
        assert media == "application/octet-stream"
        return
    decoded = [{"$ref": f"#/components/schemas/{TABLES[name].schema}"} for name in USES[route.handler].bodies]
    assert ([schema] if schema else []) == decoded
    assert media in (None, "application/json")


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
def test_an_operation_takes_the_query_that_its_handler_decodes(route):
    operation = DOCUMENT.operations[route.operation]
    fields = [field for name in USES[route.handler].queries for field in TABLES[name].fields]
    required = [p["name"] for p in operation.parameters if p["in"] == "query" and p.get("required")]
    compare(fields, operation.query(), required)
