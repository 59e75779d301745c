"""The document as it is served, and that all of it was tried."""
import pytest


def test_the_served_document_is_the_one_that_was_written(anonymous, document):
    assert anonymous.get("/openapi.json").json() == document.text


def test_the_document_is_not_sent_to_who_has_it(anonymous):
    tag = anonymous.get("/openapi.json").headers["ETag"]
    reply = anonymous.get("/openapi.json", 304, headers={"If-None-Match": tag})
    assert reply.headers["ETag"] == tag


def test_every_operation_was_hit(document, hits):
    """Runs last (conftest.py, and suites.py where the suite is parted)."""
    if not hits:
        pytest.skip("only part of tests/api is run")
    assert sorted(set(document.operations) - hits()) == []
