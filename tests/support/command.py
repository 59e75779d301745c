"""Runs `bailiwick` over the API, as somebody with a home of their own would."""
import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from support.server import REPORTS, binary

SECONDS = 120


@dataclass
class Said:
    """How a command ended, and what it said."""
    status: int
    output: str
    errors: str

    def objects(self):
        return [json.loads(line) for line in self.output.splitlines()]

    def object(self):
        (one,) = self.objects()
        return one

    def rows(self):
        """The cells of a table without its head; no cell of ours has two spaces."""
        return [line.split() for line in self.output.splitlines()[1:]]


class Shell:
    """One person's home: the sessions in it, and the variables that are set."""

    def __init__(self, server, **variables):
        self.server = server
        self.home = Path(tempfile.mkdtemp(prefix="bw"))
        self.variables = {"BAILIWICK_URL": server.url} | variables

    def environment(self):
        kept = {name: os.environ[name] for name in os.environ
                if not name.startswith(("BAILIWICK_", "XDG_", "LC_", "LANG"))}
        return kept | {"HOME": str(self.home), "LC_ALL": "C.UTF-8"} | self.variables

    def argv(self, *words):
        return {"args": [binary(), *words], "env": self.environment(), "cwd": self.home, "text": True}

    def begin(self, *words, **options):
        return subprocess.Popen(**self.argv(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def ended(self, process, text=None):
        output, errors = process.communicate(text, timeout=SECONDS)
        assert not REPORTS.search(errors), errors
        return Said(process.returncode, output, errors)

    def __call__(self, *words, text="", status=0):
        """Runs it to its end, which must be this one."""
        said = self.ended(self.begin(*words, stdin=subprocess.PIPE), text)
        assert said.status == status, (words, said)
        return said

    def json(self, *words, **options):
        return self(*words, "--json", **options).objects()

    def log_in(self, person, *more, status=0):
        """As a person of tests/support/estate.py, by password and the code that comes next."""
        return self("login", "--tenant", person.tenant_code, "--login", person.login, text="\n".join([person.password, *more, ""]),
                    status=status)

    @property
    def state(self):
        return self.home / ".local/state/bailiwick"

    @property
    def session_file(self):
        return self.state / "session.json"

    def session(self):
        return json.loads(self.session_file.read_text())

    def close(self):
        shutil.rmtree(self.home, ignore_errors=True)
