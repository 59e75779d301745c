"""One service and one estate for all tests of the API; what is done to them must not disturb the others."""
import os
from pathlib import Path

import pytest

from support.client import Client
from support.contract import Document
from support.estate import Estate
from support.server import Server

LAST = "test_every_operation_was_hit"
# Where the parts of a run that is parted say what they hit.
HITS = os.environ.get("TEST_HITS")


@pytest.fixture(scope="session", name="document")
def the_document():
    document = Document()
    yield document
    if HITS:
        Path(HITS, str(os.getpid())).write_text("\n".join(document.hit()))


@pytest.fixture(scope="session", name="server")
def running_server():
    server = Server()
    try:
        server.start()
        yield server
        server.stop()
    finally:
        server.close()


@pytest.fixture(scope="session", name="estate")
def made_estate(server, document):
    return Estate(server, document)


@pytest.fixture(name="admin")
def provider_admin(estate):
    return estate.admin.client


@pytest.fixture(name="anonymous")
def somebody(server, document):
    return Client(server, document)


@pytest.fixture(name="second")
def another_server():
    """A service of the test's own, which it starts as it likes."""
    server = Server()
    yield server
    server.close()


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.name == LAST)


@pytest.fixture(scope="session", name="hits")
def operations_hit(request, document):
    """A function that says which operations succeeded in all of tests/api; None when only part of it is run."""
    files = {item.path for item in request.session.items}
    chosen = request.config.getoption("keyword") or request.config.getoption("markexpr")
    if HITS:
        return lambda: document.hit().union(*(part.read_text().split() for part in Path(HITS).iterdir()))
    return document.hit if files == set(Path(__file__).parent.glob("test_*.py")) and not chosen else None
