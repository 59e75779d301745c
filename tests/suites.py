"""Builds with sanitizers, runs the suites of tests/, counts what passed, and lets no process outlive the run."""
import functools
import json
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

sys.path.insert(0, str(Path(__file__).resolve().parent))
from processes import (Broken, Task, adopt_orphans, await_one, descendants, end, end_the_left_behind,  # noqa: E402
                       waited)

ROOT = Path(__file__).resolve().parent.parent
COMMAND_SECONDS = int(os.environ.get("TEST_SECONDS", "900"))  # the long forms of some tests take more
LANES = 4  # on two processors, for much of what tests do is waiting
PARTS = {"api": 8, "fault": 5}  # so that no task is much longer than others
PLAIN = {"fault", "clients"}  # the suites that need a build without sanitizers too
# Among the tasks of a suite: those behind it wait for those before it, or for those of all suites.
AFTER_THOSE, AFTER_ALL = "after those", "after all"
MEMORY_BYTES = 3 << 30  # of /dev/shm, so that a run can live there

SANITIZERS = {
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": "halt_on_error=0:exitcode=66:second_deadlock_stack=1",
}

# What one build has compiled serves each that compiles the same with the same options, in whatever folder (ccache).
SHARED_OBJECTS = {"CCACHE_BASEDIR": str(ROOT), "CCACHE_NOHASHDIR": "1"}


class Tally:
    """What passed, failed and was skipped, with the names of the failed and the ids of the passed."""

    def __init__(self):
        self.passed = 0
        self.skipped = 0
        self.failed = []
        self.ids = []

    def add(self, passed, failed, skipped):
        self.passed += passed
        self.failed += failed
        self.skipped += skipped

    def take(self, other):
        self.add(other.passed, other.failed, other.skipped)
        self.ids += other.ids

    def line(self):
        line = f"{self.passed} passed, {len(self.failed)} failed"
        return f"{line}, {self.skipped} skipped" if self.skipped else line


class Run:
    """One run: its work folder, its environment, its tally."""

    def __init__(self, work):
        self.tally = Tally()
        self.work = Path(work)
        self.reports = 0
        # No name starts with BAILIWICK_: the service refuses to start with a setting that it does not know.
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BAILIWICK_")}
        self.env = {**kept, **SANITIZERS, **SHARED_OBJECTS, "TMPDIR": str(self.work), "PYTHONDONTWRITEBYTECODE": "1"}

    def part(self, folder, work):
        """What `work` counts in a run of its own in that folder: for a task."""
        run = Run(folder)
        run.env = {**self.env, "TMPDIR": str(folder)}
        try:
            work(run)
        except Broken as reason:
            run.tally.add(0, [str(reason)], 0)
        return run.tally

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

    def judged(self, name, status, output, counts, identify=None):
        """Adds (passed names, failed names, skipped) of one command; a bad end that no test explains is one failure more.

        `identify` makes the id of a test of its name: tests/FILE::TEST.
        """
        passed, failed, skipped = counts
        if status != 0 and not failed:
            failed = [f"{name}: ended with status {status}"]
        if status == 0 and not passed and not skipped:
            failed = failed + [f"{name}: ran no test"]
        if failed:
            print(output.rstrip())
        print(f"{'FAIL' if failed else 'ok  '} {name}: {len(passed)} passed, {len(failed)} failed", flush=True)
        self.tally.add(len(passed), [line if line.startswith(name) else f"{name}: {line}" for line in failed], skipped)
        self.tally.ids += [identify(each) for each in passed] if identify else []


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


def configured(run, name, sanitizers, tests="ON"):
    folder = build_folder(name)
    cache = folder / "CMakeCache.txt"
    if cache.exists() and f"CMAKE_HOME_DIRECTORY:INTERNAL={ROOT}\n" not in cache.read_text():
        shutil.rmtree(folder)
    checked(run, f"configure {folder.name}", ["cmake", "-S", ROOT, "-B", folder, "-G", "Ninja", f"-DBAILIWICK_TESTS={tests}",
                                              f"-DBAILIWICK_SANITIZE={sanitizers}"])
    return folder


def made_cluster(run, folder):
    """A private cluster that is migrated and has served nobody, for tests to copy, which takes less than making another.

    The service makes it, and ends when it comes to a setting that it refuses.
    """
    data = run.work / "cluster"
    status, output = run.command("make a cluster", [folder / "bailiwick", "serve", "--data", data, "--breached-passwords-file",
                                                    "/nowhere"])
    if "breached_passwords_file" not in output:
        raise Broken(f"no cluster could be made, ended with status {status}\n{output}")
    return data / "postgres"


def test_targets(folder, layers):
    """The unit test programs of these layers as (layer/noun, target); the build names them unit_LAYER_test_NOUN."""
    listed = subprocess.run(["ninja", "-C", folder, "-t", "targets", "all"], capture_output=True, text=True, check=True).stdout
    named = re.findall(rf"^(unit_({layers})_test_(\w+)): ", listed, re.MULTILINE)
    return sorted((f"{layer}/{noun}", target) for target, layer, noun in named)


# Suites

def counted_tap(output):
    """(names of the passed, of the failed, how many were skipped)"""
    results = re.findall(r"^(ok|not ok) \d+ (-|# SKIP) (\S+)", output, re.MULTILINE)
    passed = [name for word, kind, name in results if word == "ok" and kind == "-"]
    failed = [name for word, kind, name in results if word == "not ok" and kind == "-"]
    return passed, failed, sum(kind == "# SKIP" for _, kind, _ in results)


def counted_junit(report):
    if not report.exists():
        return [], [], 0
    passed, failed, skipped = [], [], 0
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        if case.find("failure") is not None or case.find("error") is not None:
            failed.append(name)
        elif case.find("skipped") is not None:
            skipped += 1
        else:
            passed.append(name)
    return passed, failed, skipped


def program_task(suite, name, argv):
    """One unit test program; the ids of its tests are those of its source."""
    def work(run):
        run.env["CMOCKA_MESSAGE_OUTPUT"] = "TAP"
        status, output = run.command(f"{suite}/{name}", argv)
        layer, _, noun = name.partition("/")
        run.judged(f"{suite}/{name}", status, output, counted_tap(output),
                   lambda test: f"tests/unit/{layer}/test_{noun}.c::{test}")
    return work


def narrowed(suite, programs, path):
    chosen = [(name, target) for name, target in programs if not path or f"{name}/".startswith(f"{path}/")]
    if path and not chosen:
        raise Broken(f"no such tests: {suite}/{path}")
    return chosen


def unit_suite(_run, suite, path):
    folder = build_folder("test")
    return [program_task(suite, name, [folder / target])
            for name, target in narrowed(suite, test_targets(folder, "[a-z]+"), path)]


TSAN_LAYERS = "pdp|policy"


def tsan_suite(run, suite, path):
    """The unit tests of the layers that share memory between threads, built and run with ThreadSanitizer."""
    folder = configured(run, "tsan", "thread")
    programs = narrowed(suite, test_targets(folder, TSAN_LAYERS), path)
    # gcc 12's ThreadSanitizer cannot place its shadow memory under the address randomisation of newer kernels; where
    # setting the personality is forbidden, as in some containers, it has to do without.
    fixed = ["setarch", "-R"]
    before = fixed if subprocess.run([*fixed, "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0 else []
    build = ["ninja", "-C", folder, *(target for _, target in programs)]
    return [lambda own: checked(own, "build with ThreadSanitizer", build), AFTER_THOSE,
            *(program_task(suite, name, [*before, folder / target]) for name, target in programs)]


def pytest_task(suite, targets):
    def work(run):
        report = run.report()
        status, output = run.command(suite, ["/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider",
                                             f"--junit-xml={report}", *targets])
        run.judged(suite, status, output, counted_junit(report), identified)
    return work


def identified(name):
    """tests/api/test_me.py::test_x[y] of pytest's api.test_me::test_x[y]."""
    module, _, test = name.partition("::")
    return f"tests/{module.replace('.', '/')}.py::{test}"


def pytest_suite(_run, suite, path):
    folder = ROOT / "tests" / suite
    target = folder / path if path else folder
    if not target.exists():
        raise Broken(f"no such tests: {target}")
    return [pytest_task(suite, [target])]


def shared_out(files, count):
    """So many lists, each about as long: the largest file first, and always to the shortest list."""
    lists = [[] for _ in range(count)]
    for file in sorted(files, key=lambda file: (-file.stat().st_size, file)):
        min(lists, key=lambda one: sum(other.stat().st_size for other in one)).append(file)
    return [one for one in lists if one]


def parted_suite(run, suite, path):
    """In parts, each with a service of its own."""
    if path:
        return pytest_suite(run, suite, path)
    return [pytest_task(suite, part) for part in shared_out((ROOT / "tests" / suite).glob("test_*.py"), PARTS[suite])]


def api_suite(run, suite, path):
    """In parts; what looks at what all of them hit comes after them."""
    if path:
        return pytest_suite(run, suite, path)
    folder, hits = ROOT / "tests" / suite, run.work / "hits"
    hits.mkdir()
    run.env["TEST_HITS"] = str(hits)
    last = folder / "test_promise.py"
    parts = shared_out(set(folder.glob("test_*.py")) - {last}, PARTS[suite])
    return [*(pytest_task(suite, part) for part in parts), AFTER_THOSE, pytest_task(suite, [last])]


def shape_suite(run, suite, path):
    """The house rules on this tree, then the rules themselves on trees that break them."""
    def work(own):
        status, output = own.command(suite, [ROOT / "tests/shape/run"])
        own.judged(suite, status, output, (["the tree"], [], 0) if status == 0 else ([], [], 0))
    return [work, *pytest_suite(run, suite, path)]


def security_suite(run, suite, path):
    """What looks at which tests passed comes after all others."""
    if path:
        return pytest_suite(run, suite, path)
    folder = ROOT / "tests" / suite
    last = folder / "test_coverage.py"
    return [pytest_task(suite, sorted(set(folder.glob("test_*.py")) - {last})), AFTER_ALL, pytest_task(suite, [last])]


# suite -> the tasks that it is made of, and the commands without which it does not run. Those whose tasks take longest
# come first, and small ones at the end, so that all lanes end at about the same time.
SUITES = {
    "isolation": (pytest_suite, []),
    "fault": (parted_suite, []),
    "tooling": (pytest_suite, ["shellcheck"]),
    "api": (api_suite, ["openssl", "zbarimg"]),
    "sql": (pytest_suite, []),
    "security": (security_suite, ["openssl"]),
    "clients": (pytest_suite, ["node", "npm", "openssl", "oathtool"]),
    "tsan": (tsan_suite, ["setarch"]),
    "unit": (unit_suite, []),
    "shape": (shape_suite, ["ctags", "git"]),
    "contract": (pytest_suite, []),
}


def holds_tests(suite):
    if suite == "tsan":
        return any(ROOT.glob("tests/unit/pdp/test_*.c")) or any(ROOT.glob("tests/unit/policy/test_*.c"))
    patterns = {"unit": "*/test_*.c", "shape": "run"}
    return any((ROOT / "tests" / suite).glob(patterns.get(suite, "**/test_*.py")))


class Piece:
    """A task that is to run when those before it have ended, or all others."""

    def __init__(self, suite, work, before):
        self.suite, self.work, self.before = suite, work, before


class Driver:
    """Runs the tasks of suites in lanes, the first of those that wait for nobody as soon as a lane is free."""

    def __init__(self, run, whole):
        self.run, self.whole = run, whole
        self.started, self.waiting, self.running = 0, [], {}
        self.spent = {}  # suite -> seconds, and the processor's

    def add(self, suite, path):
        how, tools = SUITES[suite]
        missing = [tool for tool in tools if not shutil.which(tool)]
        if missing:
            raise Broken(f"cannot run without {', '.join(missing)}")
        mine, before = [], []
        for work in how(self.run, suite, path):
            if work is AFTER_THOSE:
                before = list(mine)
            elif work is AFTER_ALL:
                before = AFTER_ALL
            else:
                mine.append(Piece(suite, work, before))
        self.waiting += mine

    def ready(self, piece):
        if piece.before is AFTER_ALL:
            return not self.running and all(other.before is AFTER_ALL for other in self.waiting)
        there = [*self.waiting, *(other for other, _ in self.running.values())]
        return not any(other in there for other in piece.before)

    def start(self, piece):
        if piece.before is AFTER_ALL:
            self.hand_over()
        self.waiting.remove(piece)
        self.started += 1
        task = Task(self.run.work / f"t{self.started}", functools.partial(self.run.part, work=piece.work))
        self.running[task] = (piece, time.monotonic())

    def finish_one(self):
        task, processor = await_one(self.running)
        piece, began = self.running.pop(task)
        wall, before = self.spent.get(piece.suite, (0, 0))
        self.spent[piece.suite] = wall + time.monotonic() - began, before + processor
        print(task.said(), end="", flush=True)
        tally = task.result()
        if tally is None:
            self.run.tally.add(0, [f"{piece.suite}: came to no end"], 0)
        else:
            self.run.tally.take(tally)
        shutil.rmtree(task.folder, ignore_errors=True)

    def drive(self):
        """Runs all that was added."""
        while self.waiting or self.running:
            piece = next(filter(self.ready, self.waiting), None)
            if piece and len(self.running) < LANES:
                self.start(piece)
            else:
                self.finish_one()

    def hand_over(self):
        """Writes what passed and failed so far to where tests/security looks for it."""
        results = {"whole": self.whole, "passed": self.run.tally.ids, "failed": self.run.tally.failed}
        path = self.run.work / "results.json"
        path.write_text(json.dumps(results), encoding="utf-8")
        self.run.env["TEST_RESULTS"] = str(path)


def run_suites(run, wanted, whole):
    folder = configured(run, "test", "address,undefined")
    checked(run, "build with ASan and UBSan", ["ninja", "-C", folder])
    run.env["TEST_BUILD"] = str(folder)
    if not PLAIN.isdisjoint(wanted):
        plain = configured(run, "plain", "", tests="OFF")
        checked(run, "build without sanitizers", ["ninja", "-C", plain, "bailiwick"])
        run.env["TEST_PLAIN_BUILD"] = str(plain)
    run.env["TEST_CLUSTER"] = str(made_cluster(run, folder))
    driver = Driver(run, whole)
    for name in wanted:
        suite, _, path = name.partition("/")
        try:
            driver.add(suite, path)
        except Broken as reason:
            run.tally.add(0, [f"{suite}: {reason}"], 0)
    driver.drive()
    print("seconds, the processor's: " +
          ", ".join(f"{suite} {wall:.0f} {processor:.0f}" for suite, (wall, processor) in driver.spent.items()))


def chosen(arguments):
    for argument in arguments:
        if argument.partition("/")[0] not in SUITES:
            raise Broken(f"no such suite: {argument} (there are {', '.join(SUITES)})")
    return arguments or [suite for suite in SUITES if holds_tests(suite)]


def roomy_place():
    """Memory, where there is enough of it and programs may run from it: then nothing waits for a disk to have written."""
    memory = "/dev/shm"
    if not os.access(memory, os.W_OK):
        return "/tmp"
    there = os.statvfs(memory)
    roomy = there.f_bavail * there.f_frsize >= MEMORY_BYTES and not there.f_flag & os.ST_NOEXEC
    return memory if roomy else "/tmp"


def stopped(number, _frame):
    raise KeyboardInterrupt(signal.Signals(number).name)


def main():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stopped)
    # Short, for socket paths end at 107 characters, and open, for PostgreSQL runs as another account.
    work = tempfile.mkdtemp(prefix="bw", dir=roomy_place())
    os.chmod(work, 0o1777)
    run = Run(work)
    try:
        adopt_orphans()
        run_suites(run, chosen(sys.argv[1:]), whole=len(sys.argv) == 1)
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
