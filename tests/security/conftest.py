"""What this suite's own tests came to, for test_coverage.py, which therefore runs last."""
import pytest

LAST = "test_coverage.py"
passed = pytest.StashKey()


def pytest_configure(config):
    config.stash[passed] = set()


def identified(nodeid):
    """tests/security/test_x.py::test_y, wherever pytest was started."""
    head, bracket, rest = nodeid.partition("[")
    return "tests/security/" + head.rpartition("security/")[2] + bracket + rest


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    report = (yield).get_result()
    if report.when == "call" and report.passed:
        item.config.stash[passed].add(identified(item.nodeid))


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.name == LAST)


@pytest.fixture(scope="session", name="passed_here")
def ids_of_what_passed_here(request):
    return request.config.stash[passed]
