"""`server/run --demo` from a fresh copy that only root can enter: builds, serves, loads, walks, and does so again."""
import os
import re
import shutil
import signal
import subprocess
import time

import pytest

from support.server import environment, free_port
from support.source import ROOT

SECONDS = 500


@pytest.fixture(name="checkout")
def fresh_copy(tmp_path):
    """What a clone would hold, in a folder that is closed to everybody else."""
    tmp_path.chmod(0o700)
    listed = subprocess.run(["git", "ls-files", "-coz", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tmp_path / name)
    return tmp_path


def run_demo(checkout, settings):
    """Runs it until it has walked, ends it as a person would, and gives what it printed."""
    output = checkout / "output"
    env = environment(settings) | {"CCACHE_BASEDIR": str(checkout)}
    with open(output, "wb") as out:
        process = subprocess.Popen([checkout / "server/run", "--demo"], env=env, cwd="/", stdout=out,
                                   stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    deadline = time.monotonic() + SECONDS
    walked = re.compile(r"^# 10\..*\n.*\n  \d+ ", re.MULTILINE)
    while process.poll() is None and time.monotonic() < deadline and not walked.search(output.read_text()):
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0, output.read_text()
    return output.read_text()


def steps(said):
    """The statuses of the ten requests."""
    return [int(status) for status in re.findall(r"^# \d+\. .*\ncurl .*\n  (\d+) ", said, re.MULTILINE)]


def test_the_demo_is_loaded_once_and_walked_through_each_time(checkout):
    settings = {"listen": f"127.0.0.1:{free_port()}", "management_listen": f"127.0.0.1:{free_port()}"}
    data = None
    try:
        first = run_demo(checkout, settings)
        data = re.search(r"^data in (\S+)$", first, re.MULTILINE)[1]
        second = run_demo(checkout, settings)
    finally:
        if data:
            shutil.rmtree(data)
    assert f"listening on http://{settings['listen']}\n" in first
    assert "one-time token of the first administrator (login: admin): bwi_" in first
    assert "one-time token of the first administrator" not in second
    assert re.findall(r"(\d+) created, (\d+) updated, (\d+) unchanged, 0 removed, 0 refused", first + second) == \
           [("3651", "0", "0"), *[("0", "0", "3651")] * 3]
    for said in (first, second):
        assert steps(said) == [200, 200, 200, 200, 200, 200, 200, 200, 200, 404]
        assert '"factors":["totp","recovery"]' in said and '"two_factors":true' in said
        walked = said[said.index("\n# 1. "):]
        assert len(re.findall(r'^curl .*Bearer \$access"', walked, re.MULTILINE)) == 6
        assert re.findall(r"eyJ[\w-]{8}|bw._[\w-]{8}|[0-9a-f]{24}|otpauth:/|oathtool --totp -b [A-Z2-7]", walked) == []
    walkers = [re.search(r"^# 1\. (.*), who runs", said, re.MULTILINE)[1] for said in (first, second)]
    assert walkers[0] != walkers[1]
    if os.geteuid() == 0:
        assert data.startswith("/var/lib/bailiwick/")
