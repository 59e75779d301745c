"""README.md says what the source says."""
import re

import pytest

from support import readme, source


def test_its_settings_are_those_of_the_table():
    """`PYTHONPATH=tests python3 tests/support/readme.py` writes them anew."""
    assert readme.present_table() == readme.settings_table()


def test_every_library_has_its_licence_and_reason():
    cmake = (source.ROOT / "CMakeLists.txt").read_text()
    libraries = re.search(r"foreach\(lib ([^)]+)\)", cmake).group(1).split() + ["cmocka"]
    rows = [row.split(" | ") for row in readme.section("Dependencies").splitlines() if row.startswith("| ")][2:]
    assert all(len(row) == 4 and all(cell.strip("| ") for cell in row) for row in rows)
    for library in libraries:
        assert [row for row in rows if library in re.split(r"[ ()|,]+", row[0])], library


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`([\w./-]+/[\w./-]*)`", readme.README.read_text()))))
def test_what_it_names_is_there(path):
    if not path.startswith("/"):  # a path of the API
        assert (source.ROOT / path).exists()


@pytest.mark.parametrize("kind", ["tenant", "user", "grant", "client"])
def test_the_rows_of_an_import_have_the_members_that_it_names(kind):
    table = (source.ROOT / "server/import/row.c").read_text()
    taken = set(re.findall(rf"\b{kind.upper()}\((\w+), |FIELD_CHOICE\(struct import_row_{kind}, (\w+)", table))
    told, = re.findall(rf"^\| `{kind}` \| (.*) \|$", readme.section("An import, step by step"), re.M)
    assert set(re.findall(r"`(\w+)`", told)) == {name for pair in taken for name in pair if name} - {"kind", "member"}


def test_the_paths_of_the_api_that_it_calls_exist():
    called = set(re.findall(r'\$url(/[^\s"?]*)', readme.section("A five-minute tour")))
    patterns = [re.sub(r"\\{\w+\\}", "[^/]+", re.escape(route.path)) for route in source.routes()]
    unknown = [path for path in called if not any(re.fullmatch(pattern, path) for pattern in patterns)]
    assert unknown == ["/v1/$1"]
