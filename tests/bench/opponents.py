"""What puts the load on, and what the service is compared with: wrk, pgbench, an empty server."""
import os
import re
import signal
import subprocess
from pathlib import Path

from support.server import free_port
from support.source import ROOT

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
THREADS = 2
# As the service's own connections have it.
OPTIONS = "-c search_path=bailiwick,pg_temp -c row_security=on -c timezone=UTC -c datestyle=ISO -c jit=off"


class Broken(Exception):
    """A run that says nothing about speed: it failed."""


def rate_of(argv, pattern, **options):
    done = subprocess.run([str(word) for word in argv], capture_output=True, text=True, check=False, **options)
    found = re.search(pattern, done.stdout)
    wrong = re.search(r"Non-2xx.*|Socket errors.*|.*failed: [1-9].*", done.stdout)
    if done.returncode or not found or wrong:
        raise Broken(f"{argv[0]}: {wrong[0] if wrong else done.stdout + done.stderr}")
    return float(found[1])


def wrk(url, connections, seconds, token=None, script=None):
    """Requests a second over kept connections, all of them answered with success."""
    argv = ["wrk", f"-t{THREADS}", f"-c{connections}", f"-d{seconds}"]
    argv += ["-H", f"Authorization: Bearer {token}"] if token else []
    argv += ["-s", script] if script else []
    return rate_of([*argv, url], r"Requests/sec: +([\d.]+)")


class Empty:
    """The limit of libmicrohttpd: bench_http_empty on a free port."""

    def __init__(self, build, connections):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/"
        self.process = subprocess.Popen([build / "bench_http_empty", str(port), str(THREADS), str(connections)],
                                        stdout=subprocess.PIPE)
        if self.process.stdout.readline() != b"ready\n":
            raise Broken("bench_http_empty did not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.process.stdout.close()


def statement(name, values):
    """A statement of sql/query for pgbench, with these values or variables for $1, $2, ..."""
    text = re.sub(r"(^|\n)[ \t]*--[^\n]*", "", (ROOT / f"sql/query/{name}.sql").read_text()).strip()
    return re.sub(r"\$(\d+)", lambda match: values[int(match[1]) - 1], text) + ";\n"


def pipeline(*statements, before=""):
    return f"{before}\\startpipeline\n{''.join(statements)}\\endpipeline\n"


class PgBench:
    """The same statements in the same pipeline, straight from a client in C."""

    def __init__(self, socket, script, variables):
        self.socket, self.script = socket, script
        self.variables = [f"-D{name}={value}" for name, value in variables.items()]

    def run(self, connections, seconds):
        argv = [PROGRAMS / "pgbench", "-n", "-M", "prepared", "-f", self.script, "-c", connections, "-j", THREADS,
                "-T", seconds, *self.variables, "-h", self.socket, "-p", "5432", "-U", "bailiwick_app", "bailiwick"]
        return rate_of(argv, r"tps = ([\d.]+)", env={**os.environ, "PGOPTIONS": OPTIONS})
