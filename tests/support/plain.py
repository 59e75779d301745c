"""The build without sanitizers, for what they would disturb or have nothing to say of."""
import os
import subprocess
from pathlib import Path

from support.source import ROOT


def plain_build():
    """Its folder; made here when tests/run, which makes it for whole suites, has not."""
    folder = os.environ.get("TEST_PLAIN_BUILD")
    if not folder:
        folder = ROOT / "build-plain"
        subprocess.run(["cmake", "-S", ROOT, "-B", folder, "-G", "Ninja", "-DBAILIWICK_SANITIZE="], check=True,
                       capture_output=True)
        subprocess.run(["ninja", "-C", folder, "bailiwick"], check=True, capture_output=True)
    return Path(folder)
