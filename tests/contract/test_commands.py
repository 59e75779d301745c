"""The commands of the client are requests of the document: each path, option, choice and column is promised there."""
import re

import pytest

from support import source
from support.contract import Document

DOCUMENT = Document()
VERBS = source.verbs()
ASKED = [verb for verb in VERBS if verb.method]


def operation_of(verb):
    """The operation whose method and path these are, whatever its parameters are called."""
    shape = re.sub(r"\{\w+\}", "{}", verb.path.partition("?")[0])
    (found,) = [o for o in DOCUMENT.operations.values()
                if o.method == verb.method and re.sub(r"\{\w+\}", "{}", o.path) == shape]
    return found


def properties_of(schema):
    return DOCUMENT.resolved(schema).get("properties", {})


@pytest.mark.parametrize("verb", ASKED, ids=str)
def test_what_a_command_sends_is_taken(verb):
    operation = operation_of(verb)
    body = DOCUMENT.resolved(operation.body()[1]) if operation.body()[1] else {}
    taken = {"query": operation.query(), "body": body.get("properties", {})}
    for member in verb.members:
        schema = DOCUMENT.resolved(taken[member.where][member.name])
        assert member.kind != "CHOICE" or member.choices == schema["enum"], member
        assert (member.kind == "TEXTS") == (schema.get("type") == "array"), member
        assert (member.kind == "NULLABLE") == (schema.get("type") == ["string", "null"]), member
    given = {member.name for member in verb.members if member.place in ("NEEDED", "FIXED")}
    assert set(body.get("required", [])) <= given


@pytest.mark.parametrize("verb", [verb for verb in ASKED if verb.kind in ("LIST", "WHOLE")], ids=str)
def test_the_columns_of_a_list_are_members_of_its_items(verb):
    content = operation_of(verb).item["responses"]["200"]["content"]["application/json"]["schema"]
    items = properties_of(content)["items"]["items"]
    assert set(verb.columns) <= set(properties_of(items))


def test_every_filter_of_a_list_is_an_option():
    for verb in ASKED:
        if verb.kind == "LIST":
            missing = set(operation_of(verb).query()) - {"limit", "cursor"} - {m.name for m in verb.members}
            assert not missing, verb


def test_every_member_of_a_new_or_changed_thing_is_an_option():
    """But a public key as a JWK, whose PEM does as well."""
    for verb in ASKED:
        schema = operation_of(verb).body()[1]
        if schema and verb.kind in ("MAKE", "CHANGE") and not any(m.place == "FIXED" for m in verb.members):
            missing = set(properties_of(schema)) - {m.name for m in verb.members} - {"jwk"}
            assert not missing, verb


def test_an_import_takes_what_a_job_takes():
    (verb,) = [verb for verb in VERBS if verb.kind == "IMPORT"]
    promised = properties_of({"$ref": "#/components/schemas/ImportCreate"})
    assert {member.name: member.choices for member in verb.members} == \
           {name: DOCUMENT.resolved(schema).get("enum") for name, schema in promised.items()}
