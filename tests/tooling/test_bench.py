"""The benchmark still runs and prints every figure in its form; its numbers are nobody's business here."""
import re
import subprocess
from pathlib import Path

BENCH = Path(__file__).resolve().parents[1] / "bench/run"
FIGURES = ["me_ratio", "user_get_ratio", "user_page_ratio", "logins_ratio", "me_p99_under_flood_ratio",
           "change_applied_p99_ms", "revoked_p99_ms", "import_copy_ratio", "import_tail_ratio", "import_memory_mb", "reimport_ratio",
           "import_me_p99_ratio", "move_ratio", "move_me_p99_ratio", "policy_load_seconds",
           "decision_ns", "token_again_us", "memory_mb", "who_can_ratio", "what_can_ratio"]


def test_every_figure_is_printed_in_its_form():
    done = subprocess.run([BENCH, "--quick"], capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("figure ")]
    form = re.compile(r"figure (\w+) = [\d.e+-]+, (?:goal [<>]= [\d.]+|no goal)")
    assert [form.fullmatch(line)[1] for line in lines] == FIGURES


def test_a_client_loads_an_estate_twice_and_admins_list_their_own():
    done = subprocess.run([BENCH.parent / "done", "--quick"], capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1080 rows by a client again, 0 changes" in done.stdout
    assert done.stdout.count("exactly their ") == 3


def test_an_unknown_figure_is_refused_with_the_list():
    done = subprocess.run([BENCH, "nonsense"], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "there are me_ratio," in done.stderr
