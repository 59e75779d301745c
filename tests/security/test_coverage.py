"""coverage.md names, for each row of SECURITY.md's groups A, B, C and D, tests that exist and ran, or what it waits for."""
import ast
import functools
import json
import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLE = Path(__file__).with_name("coverage.md")
ROWS = [f"A{n}" for n in (*range(1, 9), 10, 11, 12, *range(15, 20), *range(21, 33), *range(34, 40), 41, 42)] + \
       [f"B{n}" for n in (1, 2, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 17)] + [f"C{n}" for n in range(1, 8)] + \
       [f"D{n}" for n in (*range(1, 16), *range(17, 26))]


def table():
    """row -> (what it asks, ids of tests, what it waits for)"""
    found = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        cells = re.fullmatch(r"\| ([A-Z]\d+) \| (.+?) \| (.+) \|", line)
        if cells:
            row, asked, tests = cells.groups()
            assert row not in found, f"{row} stands twice"
            found[row] = asked, re.findall(r"`(tests/[^`]+)`", tests), re.findall(r"waits for ([^;|]+)", tests)
    return found


@functools.cache
def names_in(path):
    """The tests that a file has."""
    text = (ROOT / path).read_text(encoding="utf-8")
    if path.endswith(".c"):
        return set(re.findall(r"^static void (\w+)\(void \*\*state\)", text, re.M))
    return {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def named():
    return sorted({test for _, tests, _ in table().values() for test in tests})


def test_every_row_is_there_once():
    assert list(table()) == ROWS


def test_every_row_names_a_test_or_what_it_waits_for():
    for row, (asked, tests, waits) in table().items():
        assert asked.strip() and (tests or waits), row


@pytest.mark.parametrize("test", named())
def test_each_named_test_exists(test):
    path, _, name = test.partition("::")
    assert (ROOT / path).is_file(), f"{path} is not there"
    assert name in names_in(path), f"{path} has no {name}"


@pytest.fixture(scope="module", name="results")
def results_of_the_run(passed_here):
    """(ids that passed, whether all suites ran, failures)"""
    path = os.environ.get("TEST_RESULTS")
    said = json.loads(Path(path).read_text(encoding="utf-8")) if path else {"passed": [], "failed": [], "whole": False}
    return set(said["passed"]) | passed_here, said["whole"], said["failed"]


@pytest.mark.parametrize("test", named())
def test_each_named_test_ran_and_passed(results, test):
    passed, whole, failed = results
    path = test.partition("::")[0]
    if not whole and not any(each.startswith(f"{path}::") for each in passed):
        pytest.skip("its suite was not run: that it exists is all that is known")
    assert [each for each in passed if each == test or each.startswith(f"{test}[")], f"{test} did not pass"
    assert not [each for each in failed if each.rpartition("::")[2].partition("[")[0] == test.rpartition("::")[2]]
