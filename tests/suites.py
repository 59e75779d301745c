"""Builds with sanitizers, runs the suites of tests/, counts what passed, and lets no process outlive the run."""
import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMAND_SECONDS = 600
PR_SET_CHILD_SUBREAPER = 36

SANITIZERS = {
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": "halt_on_error=0:exitcode=66:second_deadlock_stack=1",
}


class Broken(Exception):
    """The run cannot go on: a tool is missing, a build fails, a suite does not exist."""


class Tally:
    """What passed, failed and was skipped, with the names of the failed."""

    def __init__(self):
        self.passed = 0
        self.skipped = 0
        self.failed = []

    def add(self, passed, failed, skipped):
        self.passed += passed
        self.failed += failed
        self.skipped += skipped

    def line(self):
        line = f"{self.passed} passed, {len(self.failed)} failed"
        return f"{line}, {self.skipped} skipped" if self.skipped else line


# Processes: this one is made the reaper of its descendants, so whatever a test leaves behind becomes its child.

def adopt_orphans():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise Broken(f"prctl: {os.strerror(ctypes.get_errno())}")


def descendants():
    children = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z":
            children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, todo = [], [os.getpid()]
    while todo:
        below = children.get(todo.pop(), [])
        found += below
        todo += below
    return found


def reap():
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def waited(process, seconds):
    """The status of the process, or None when it runs on.

    Orphans that end meanwhile are reaped, as init would: a test that asks whether one is gone must not find a zombie.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == process.pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode
        if not pid:
            time.sleep(0.01)
    return None


def gone_within(seconds):
    deadline = time.monotonic() + seconds
    while descendants():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
        reap()
    reap()
    return True


def end(pids):
    """Asks them to stop, makes those that have not."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in pids:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass
        if gone_within(5):
            return
        pids = descendants()


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return "?"


def end_the_left_behind():
    """Ends every process that a finished command left, and names them."""
    if gone_within(2):
        return []
    pids = descendants()
    left = [f"{pid} {command_of(pid)}" for pid in pids]
    end(pids)
    return left


class Run:
    """One run: its work folder, its environment, its tally."""

    def __init__(self, work):
        self.tally = Tally()
        self.work = Path(work)
        self.reports = 0
        # No name starts with BAILIWICK_: the service refuses to start with a setting that it does not know.
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BAILIWICK_")}
        self.env = {**kept, **SANITIZERS, "TMPDIR": str(self.work), "PYTHONDONTWRITEBYTECODE": "1"}

    def report(self):
        self.reports += 1
        return self.work / f"report-{self.reports}.xml"

    def command(self, name, argv, seconds=COMMAND_SECONDS):
        """Runs argv to its end and gives its status and output; a process left behind is a failure of its own."""
        # A file, not a pipe: a process left behind would hold a pipe open.
        with open(self.work / "output", "w+", encoding="utf-8", errors="replace") as output:
            process = subprocess.Popen([str(word) for word in argv], cwd=ROOT, env=self.env, start_new_session=True,
                                       stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
            status = waited(process, seconds)
            if status is None:
                status = f"stopped after {seconds} s"
                end(descendants())
            left = end_the_left_behind()
            output.seek(0)
            text = output.read()
        for line in left:
            print(f"{name}: left behind: {line}")
        self.tally.add(0, [f"{name}: left a process behind"] if left else [], 0)
        return status, text

    def judged(self, name, status, output, counts):
        """Adds (passed, failed names, skipped) of one command; a bad end that no test explains is one failure more."""
        passed, failed, skipped = counts
        if status != 0 and not failed:
            failed = [f"{name}: ended with status {status}"]
        if status == 0 and not passed and not skipped:
            failed = failed + [f"{name}: ran no test"]
        if failed:
            print(output.rstrip())
        print(f"{'FAIL' if failed else 'ok  '} {name}: {passed} passed, {len(failed)} failed", flush=True)
        self.tally.add(passed, [line if line.startswith(name) else f"{name}: {line}" for line in failed], skipped)


# Builds

def build_folder(name):
    """build-NAME in the checkout, or a folder of this run where the checkout cannot be written."""
    folder = ROOT / f"build-{name}"
    if os.access(folder if folder.exists() else ROOT, os.W_OK):
        return folder
    return Path(tempfile.gettempdir()) / folder.name


def checked(run, name, argv):
    status, output = run.command(name, argv, seconds=900)
    if status != 0:
        print(output.rstrip())
        raise Broken(f"{name} ended with status {status}")
    return output


def configured(run, name, sanitizers):
    folder = build_folder(name)
    cache = folder / "CMakeCache.txt"
    if cache.exists() and f"CMAKE_HOME_DIRECTORY:INTERNAL={ROOT}\n" not in cache.read_text():
        shutil.rmtree(folder)
    checked(run, f"configure {folder.name}", ["cmake", "-S", ROOT, "-B", folder, "-G", "Ninja", "-DBAILIWICK_TESTS=ON",
                                              f"-DBAILIWICK_SANITIZE={sanitizers}"])
    return folder


def test_targets(run, folder, layers):
    """The unit test programs of these layers as (layer/noun, target); the build names them unit_LAYER_test_NOUN."""
    listed = checked(run, "list targets", ["ninja", "-C", folder, "-t", "targets", "all"])
    named = re.findall(rf"^(unit_({layers})_test_(\w+)): ", listed, re.MULTILINE)
    return sorted((f"{layer}/{noun}", target) for target, layer, noun in named)


# Suites

def counted_tap(output):
    results = re.findall(r"^(ok|not ok) \d+ (-|# SKIP) (\S+)", output, re.MULTILINE)
    failed = [name for word, kind, name in results if word == "not ok" and kind == "-"]
    skipped = sum(kind == "# SKIP" for _, kind, _ in results)
    return len(results) - len(failed) - skipped, failed, skipped


def counted_junit(report):
    if not report.exists():
        return 0, [], 0
    passed, failed, skipped = 0, [], 0
    for case in ElementTree.parse(report).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed.append(f"{case.get('classname')}::{case.get('name')}")
        elif case.find("skipped") is not None:
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def run_programs(run, suite, folder, programs, before=()):
    run.env["CMOCKA_MESSAGE_OUTPUT"] = "TAP"
    for name, target in programs:
        status, output = run.command(f"{suite}/{name}", [*before, folder / target])
        run.judged(f"{suite}/{name}", status, output, counted_tap(output))


def narrowed(suite, programs, path):
    chosen = [(name, target) for name, target in programs if not path or f"{name}/".startswith(f"{path}/")]
    if path and not chosen:
        raise Broken(f"no such tests: {suite}/{path}")
    return chosen


def unit_suite(run, suite, path):
    folder = build_folder("test")
    run_programs(run, suite, folder, narrowed(suite, test_targets(run, folder, "[a-z]+"), path))


def tsan_suite(run, suite, path):
    """The unit tests of the layers that share memory between threads, under ThreadSanitizer."""
    folder = configured(run, "tsan", "thread")
    programs = narrowed(suite, test_targets(run, folder, "pdp|policy"), path)
    if not programs:
        return
    checked(run, "build with ThreadSanitizer", ["ninja", "-C", folder, *(target for _, target in programs)])
    # gcc 12's ThreadSanitizer cannot place its shadow memory under the address randomisation of newer kernels; where
    # setting the personality is forbidden, as in some containers, it has to do without.
    fixed = ("setarch", "-R")
    run_programs(run, suite, folder, programs, before=fixed if run.command("setarch", [*fixed, "true"])[0] == 0 else ())


def pytest_suite(run, suite, path):
    folder = ROOT / "tests" / suite
    target = folder / path if path else folder
    if not target.exists():
        raise Broken(f"no such tests: {target}")
    report = run.report()
    status, output = run.command(suite, ["/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider",
                                         f"--junit-xml={report}", target])
    run.judged(suite, status, output, counted_junit(report))


def shape_suite(run, suite, path):
    """The house rules on this tree, then the rules themselves on trees that break them."""
    status, output = run.command(suite, [ROOT / "tests/shape/run"])
    run.judged(suite, status, output, (1, [], 0) if status == 0 else (0, [], 0))
    pytest_suite(run, suite, path)


# suite -> how it runs, and the commands without which it does not
SUITES = {
    "tooling": (pytest_suite, ["shellcheck"]),
    "shape": (shape_suite, ["ctags", "git"]),
    "unit": (unit_suite, []),
    "sql": (pytest_suite, []),
    "contract": (pytest_suite, []),
    "api": (pytest_suite, ["oathtool"]),
    "isolation": (pytest_suite, ["oathtool"]),
    "security": (pytest_suite, []),
    "fault": (pytest_suite, []),
    "tsan": (tsan_suite, ["setarch"]),
}


def holds_tests(suite):
    if suite == "tsan":
        return any(ROOT.glob("tests/unit/pdp/test_*.c")) or any(ROOT.glob("tests/unit/policy/test_*.c"))
    patterns = {"unit": "*/test_*.c", "shape": "run"}
    return any((ROOT / "tests" / suite).glob(patterns.get(suite, "**/test_*.py")))


def run_suites(run, wanted):
    folder = configured(run, "test", "address,undefined")
    checked(run, "build with ASan and UBSan", ["ninja", "-C", folder])
    run.env["TEST_BUILD"] = str(folder)
    for name in wanted:
        suite, _, path = name.partition("/")
        how, tools = SUITES[suite]
        missing = [tool for tool in tools if not shutil.which(tool)]
        if missing:
            run.tally.add(0, [f"{suite}: cannot run without {', '.join(missing)}"], 0)
            continue
        try:
            how(run, suite, path)
        except Broken as reason:
            run.tally.add(0, [f"{suite}: {reason}"], 0)


def chosen(arguments):
    for argument in arguments:
        if argument.partition("/")[0] not in SUITES:
            raise Broken(f"no such suite: {argument} (there are {', '.join(SUITES)})")
    return arguments or [suite for suite in SUITES if holds_tests(suite)]


def stopped(number, _frame):
    raise KeyboardInterrupt(signal.Signals(number).name)


def main():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stopped)
    # Short, for socket paths end at 107 characters, and open, for PostgreSQL runs as another account.
    work = tempfile.mkdtemp(prefix="bw", dir="/tmp")
    os.chmod(work, 0o1777)
    run = Run(work)
    try:
        adopt_orphans()
        run_suites(run, chosen(sys.argv[1:]))
    except Broken as reason:
        run.tally.add(0, [str(reason)], 0)
    except KeyboardInterrupt as reason:
        run.tally.add(0, [f"stopped by {reason}"], 0)
    finally:
        end_the_left_behind()
        shutil.rmtree(work, ignore_errors=True)
    for line in run.tally.failed:
        print(f"failed: {line}")
    print(run.tally.line())
    return 0 if run.tally.passed and not run.tally.failed else 1


if __name__ == "__main__":
    sys.exit(main())
