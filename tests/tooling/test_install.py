"""The one list of packages is complete and well-formed, and the scripts that read it hold what they promise."""
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support.server import binary

ROOT = Path(__file__).resolve().parents[2]
SETS = {"build", "run", "test", "image"}


def rows():
    lines = (ROOT / "docker/packages.txt").read_text().splitlines()
    return [line.split() for line in lines if line and not line.startswith("#")]


def packages(*sets):
    return {row[0] for row in rows() if row[1] in sets}


def output(*argv):
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout


def scripts():
    def is_bash(path):
        return path.is_file() and not path.suffix and path.read_bytes().startswith(b"#!/bin/bash")
    folders = (ROOT / name for name in (".ci", "docker", "server", "tests"))
    return sorted(path for folder in folders for path in folder.rglob("*") if is_bash(path))


def test_the_readme_has_every_package_that_is_no_library():
    """The libraries are in its other table, each by the name that the linker knows."""
    readme = (ROOT / "README.md").read_text()
    table = re.search(r"^\| package \| licence \| why \|\n(?:\|.*\n)+", readme, re.M)[0]
    named = set(re.findall(r"[a-z0-9][a-z0-9+.-]+", " ".join(line.split("|")[1] for line in table.splitlines()[2:])))
    libraries = {name for name in packages(*SETS) if name.startswith("lib") and name != "libclang-rt-14-dev"}
    others = {"python3", "python3-yaml", "postgresql-15"}
    assert named == packages(*SETS) - libraries - others


def test_every_row_is_a_package_a_set_and_perhaps_a_version():
    for row in rows():
        assert len(row) in (2, 3) and row[1] in SETS, row
        assert re.fullmatch(r"[a-z0-9][a-z0-9+.-]+", row[0]), row
        assert len(row) == 2 or re.fullmatch(r"[0-9][0-9.]*|/[a-z/]+", row[2]), row


def test_no_package_stands_twice():
    names = [row[0] for row in rows()]
    assert sorted(names) == sorted(set(names))


def test_postgresql_has_its_floor():
    floor = {row[0]: row[2] for row in rows() if len(row) == 3}
    assert floor["postgresql-15"] == floor["libpq-dev"] == floor["libpq5"] == "15.20"


def test_every_library_of_the_build_has_its_package():
    cmake = (ROOT / "CMakeLists.txt").read_text()
    libraries = re.search(r"foreach\(lib ([^)]+)\)", cmake).group(1).split()
    assert "libpq" in libraries
    for library in libraries:
        folder = output("pkg-config", "--variable=pcfiledir", library).strip()
        owner = output("dpkg", "-S", f"{folder}/{library}.pc").split(":")[0]
        assert owner in packages("build"), f"{library} comes from {owner}"


def test_every_shared_library_of_the_service_is_there_to_run():
    """What it names itself: its libraries' own are their packages' business."""
    linked = dict(re.findall(r"(\S+) => (\S+)", output("ldd", binary())))
    named = re.findall(r"\(NEEDED\).*\[(.*)\]", output("readelf", "-d", binary()))
    assert "libpq.so.5" in named
    for library in named:
        if re.match(r"libc\.|libm\.|ld-linux|lib[a-z]+san\.", library):
            continue
        path = Path(linked[library])
        owners = {name for each in (path, path.resolve()) for name in
                  re.findall(r"^([^:\s]+):", subprocess.run(["dpkg", "-S", each], capture_output=True, text=True,
                                                             check=False).stdout, re.M)}
        assert owners & packages("run"), f"{library} comes from {owners}"


def test_nothing_to_install_is_said_by_silence():
    done = subprocess.run([ROOT / "docker/install", "build", "run", "test"], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.parametrize("file, wanted", [("/bin/sh", False), ("/nowhere/at/all", True)])
def test_a_file_may_be_as_good_as_its_package(tmp_path, file, wanted):
    """npm, for one, which another distribution's nodejs brings: what is missing would be asked of apt-get."""
    shutil.copy(ROOT / "docker/install", tmp_path)
    (tmp_path / "packages.txt").write_text(f"a-package-that-is-nowhere test {file}\n")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("bash", "dirname", "dpkg-query"):  # and no apt-get
        (tools / name).symlink_to(shutil.which(name))
    done = subprocess.run(["/bin/bash", tmp_path / "install", "test"], capture_output=True, text=True, check=False,
                          env={"PATH": str(tools)})
    assert ("a-package-that-is-nowhere" in done.stderr) == wanted == (done.returncode != 0), done.stderr


def test_an_unknown_set_is_refused():
    done = subprocess.run([ROOT / "docker/install", "everything"], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "no such set: everything" in done.stderr


@pytest.mark.parametrize("script", scripts(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_script_is_clean_for_shellcheck(script):
    done = subprocess.run(["shellcheck", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_script_is_executable():
    assert [path for path in scripts() if not path.stat().st_mode & 0o100] == []
