"""The service, the world in it and the digests of its tables, once a run."""
import pytest
from digest import Digest
from service import Service
from world import Estate, cast, plant


@pytest.fixture(scope="session")
def service():
    made = Service()
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def estate(service):
    """Tenants and the first administrator; nobody else yet."""
    made = Estate(service)
    plant(made)
    return made


@pytest.fixture(scope="session")
def actors(estate):
    return cast(estate)


@pytest.fixture(scope="session")
def digest(service):
    made = Digest(service.cluster)
    yield made
    made.close()
