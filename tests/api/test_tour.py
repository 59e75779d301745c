"""The tour of README.md is taken as it is written, and so is the walk through an import, which goes on from it."""
import re
import subprocess

from support import readme


WALKS = "A five-minute tour", "An import, step by step"


def test_the_tour_shows_what_it_says(second, tmp_path):
    """What stands in a comment behind a line is what that line prints."""
    second.start()
    lines = "\n".join(block for heading in WALKS for block in readme.blocks(heading))
    for written, meant in (("http://127.0.0.1:8080", second.url), ("CODE", second.tenant_code), ("TOKEN", second.token)):
        assert f"={written}\n" in lines
        lines = lines.replace(f"={written}\n", f"={meant}\n")
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", lines], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=300, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr + done.stdout
    promised = re.findall(r" {3,}# (.*)$", lines, re.M)
    printed = done.stdout.splitlines()
    assert len(promised) >= 20
    for line in promised:
        assert line in printed, (line, done.stdout)
        printed = printed[printed.index(line) + 1:]
    second.stop()
