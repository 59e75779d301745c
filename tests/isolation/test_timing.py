"""That the timing program runs and gives a figure for every kind: no test fails on time."""
import re
import runpy
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).resolve().parent / "timing"


def test_the_timing_program_measures_every_kind(capsys):
    done = subprocess.run([sys.executable, PROGRAM, "200"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    figures = re.findall(r"^timing (.*): t = ([+-][\d.]+),", done.stdout, re.M)
    with capsys.disabled():
        print("\n" + done.stdout.rstrip())
    assert {name for name, _ in figures} == set(runpy.run_path(str(PROGRAM))["KINDS"])
