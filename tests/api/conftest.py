"""One service and one estate for all tests of the API; what is done to them must not disturb the others."""
from pathlib import Path

import pytest

from support.client import Client
from support.contract import Document
from support.estate import Estate
from support.server import Server

LAST = "test_every_operation_was_hit"


@pytest.fixture(scope="session", name="document")
def the_document():
    return Document()


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


@pytest.fixture(scope="session", name="all_run")
def whole_folder_is_run(request):
    """Whether no test was left out, by whatever was asked of pytest."""
    files = {item.path for item in request.session.items}
    chosen = request.config.getoption("keyword") or request.config.getoption("markexpr")
    return files == set(Path(__file__).parent.glob("test_*.py")) and not chosen
