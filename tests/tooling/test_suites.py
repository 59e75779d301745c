"""The driver of the tests counts right and lets no process live on."""
import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))
import suites  # noqa: E402


def driven(program, work):
    """Runs a program in a driver of its own, for becoming a reaper is for life, and gives what it printed."""
    code = f"import suites\nsuites.adopt_orphans()\nrun = suites.Run({str(work)!r})\n{program}"
    return subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(TESTS)}, text=True,
                          capture_output=True, check=True, timeout=60).stdout


def test_results_of_a_unit_program_are_counted():
    output = "1..4\nok 1 - one\nnot ok 2 - two\n# 0x1 != 0x2\nnot ok 3 # SKIP three\nok 4 - four\n# not ok - tests\n"
    assert suites.counted_tap(output) == (["one", "four"], ["two"], 1)


def test_results_of_pytest_are_counted(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text("""<testsuites><testsuite><testcase classname="c" name="a"/><testcase classname="c" name="b">
        <failure/></testcase><testcase classname="c" name="s"><skipped/></testcase></testsuite></testsuites>""")
    assert suites.counted_junit(report) == (["c::a"], ["c::b"], 1)


@pytest.mark.parametrize("status, counts, failures", [
    (0, (["p"] * 3, [], 0), 0),
    (0, ([], [], 0), 1),
    (2, (["p"] * 3, ["a"], 0), 1),
    (134, (["p"] * 3, [], 0), 1),
], ids=["all passed", "no test ran", "one failed", "crashed after three"])
def test_a_bad_end_is_a_failure_though_no_test_says_so(tmp_path, status, counts, failures):
    run = suites.Run(tmp_path)
    run.judged("unit/x", status, "", counts)
    assert len(run.tally.failed) == failures


def test_a_process_left_behind_is_ended_and_fails_the_command(tmp_path):
    program = """
status, _ = run.command("leaver", ["bash", "-c", "env -i setsid -f sleep 61.5"])
print(status, run.tally.failed, suites.descendants())
"""
    assert "0 ['leaver: left a process behind'] []" in driven(program, tmp_path)


def test_an_orphan_that_ends_is_reaped_while_its_command_runs(tmp_path):
    orphan = "(sleep 0.2 & echo $! >pid); sleep 0.5; ! kill -0 $(cat pid)"
    assert driven(f"print(run.command('orphan', ['bash', '-c', 'cd {tmp_path}; {orphan}'])[0])", tmp_path) == "0\n"


def test_a_command_that_hangs_is_stopped_and_is_no_success(tmp_path):
    program = """
status, _ = run.command("hanger", ["sleep", "61.5"], seconds=0.2)
print(status, suites.descendants())
"""
    assert "stopped after 0.2 s []" in driven(program, tmp_path)


def test_what_passed_is_known_by_its_id(tmp_path):
    run = suites.Run(tmp_path)
    run.judged("api", 0, "", (["api.test_me::test_x[y]"], [], 0), suites.identified)
    assert run.tally.ids == ["tests/api/test_me.py::test_x[y]"]


def driver_of(works, tmp_path):
    """What is printed, and a tally, when these pieces of code run as tasks of a suite, what is None waiting for those before it."""
    program = f"""
def task(code):
    def work(own):
        exec(code, dict(own=own))
    return work if code else suites.AFTER_THOSE
suites.SUITES['made'] = (lambda run, suite, path: map(task, {works!r}), [])
driver = suites.Driver(run, True)
driver.add('made', '')
driver.drive()
print(run.tally.line(), run.tally.failed, suites.descendants())
"""
    return driven(program, tmp_path).splitlines()


def test_tasks_run_side_by_side_and_are_counted_together(tmp_path):
    """Each waits for what the other writes."""
    meet = """
import pathlib, time
pathlib.Path('{0}/{1}').touch()
while not pathlib.Path('{0}/{2}').exists():
    time.sleep(0.01)
own.judged('{1}', 0, '', (['a', 'b'], [], 0))"""
    said = driver_of([meet.format(tmp_path, "one", "two"), meet.format(tmp_path, "two", "one")], tmp_path)
    assert sorted(said[:2]) == ["ok   one: 2 passed, 0 failed", "ok   two: 2 passed, 0 failed"]
    assert said[2] == "4 passed, 0 failed [] []"


def test_a_task_that_comes_to_no_end_is_a_failure(tmp_path):
    for code in ("import os; os._exit(0)", "raise RuntimeError('why')", "import os; os.kill(os.getpid(), 9)"):
        said = driver_of([code], tmp_path)
        assert said[-1] == "0 passed, 1 failed ['made: came to no end'] []", said


def test_what_a_task_leaves_behind_is_ended(tmp_path):
    said = driver_of(["own.command('leaver', ['bash', '-c', 'env -i setsid -f sleep 61.5'])"], tmp_path)
    assert said[-1] == "0 passed, 1 failed ['leaver: left a process behind'] []"


def test_a_task_waits_for_those_before_it(tmp_path):
    slow = f"import time; time.sleep(0.3); open('{tmp_path}/done', 'w')"
    late = f"open('{tmp_path}/done'); own.judged('late', 0, '', (['a'], [], 0))"
    assert driver_of([slow, None, late], tmp_path)[-1] == "1 passed, 0 failed [] []"


def test_what_looks_at_all_others_comes_last_and_is_told_of_them(tmp_path):
    program = """
import json, os, time
def others(own):
    time.sleep(0.3)
    own.judged('other', 0, '', (['a'], [], 0), str)
def last(own):
    print(json.load(open(own.env['TEST_RESULTS'])))
suites.SUITES['looking'] = (lambda run, suite, path: [suites.AFTER_ALL, last], [])
suites.SUITES['other'] = (lambda run, suite, path: [others] * 9, [])
driver = suites.Driver(run, True)
driver.add('looking', '')
driver.add('other', '')
driver.drive()
"""
    assert driven(program, tmp_path).splitlines()[-1] == str({"whole": True, "passed": ["a"] * 9, "failed": []})


def test_settings_of_the_caller_do_not_reach_the_service(tmp_path, monkeypatch):
    monkeypatch.setenv("BAILIWICK_LISTEN", "0.0.0.0:80")
    assert not [name for name in suites.Run(tmp_path).env if name.startswith("BAILIWICK_")]


def test_the_command_ends_with_one_line_and_a_status():
    done = subprocess.run([TESTS / "run", "nonsense"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "0 passed, 1 failed"
