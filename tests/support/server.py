"""Starts the built service on free ports over a private database of its own, and ends it."""
import os
import random
import re
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import requests

from support.source import ROOT

READY_SECONDS = 90
STOP_SECONDS = 15
# Of the sanitizers' reports.
REPORTS = re.compile(r"AddressSanitizer|LeakSanitizer|UndefinedBehaviorSanitizer|ThreadSanitizer|runtime error:")
# Cheap passwords that are refused soon, a proxy's word for addresses, so that each client has one of its own.
SETTINGS = {
    "hash_memory": 8192,
    "hash_passes": 1,
    "trusted_proxies": "127.0.0.1",
    "drain_time": 5,
    "refusal_time": 25,
}


def binary():
    """The service that tests/run built, else the one of a build by hand."""
    return Path(os.environ.get("TEST_BUILD", ROOT / "build")) / "bailiwick"


def free_port():
    """One below those that the kernel gives to whoever connects: else it is somebody's before the service listens."""
    while True:
        port = random.randrange(15000, 32000)
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def environment(settings):
    """This process's, without settings of the service but those given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BAILIWICK_")}
    return kept | {f"BAILIWICK_{name.upper()}": str(value) for name, value in settings.items()}


def copy_cluster(data):
    """The private database that tests/run has made, into a data folder that has none."""
    made = os.environ.get("TEST_CLUSTER")
    if made and not Path(data, "postgres").exists():
        owner = os.stat(made)
        Path(data).mkdir(mode=0o700, exist_ok=True)
        os.chown(data, owner.st_uid, owner.st_gid)
        subprocess.run(["cp", "-a", made, data], check=True)


class Server:
    """One data folder, and the process that serves from it. Settings are named as in setting.def."""

    def __init__(self, **settings):
        self.folder = Path(tempfile.mkdtemp(prefix="bw"))
        self.folder.chmod(0o755)  # started as root, the service is another user
        self.port, self.management_port = free_port(), free_port()
        self.settings = SETTINGS | {
            "listen": f"127.0.0.1:{self.port}",
            "management_listen": f"127.0.0.1:{self.management_port}",
            "data": self.folder / "data",
        } | settings
        self.process = None
        self.trust = True  # or the file of the authority whose certificates its callers believe
        self.tenant_code = self.token = None

    @property
    def url(self):
        scheme = "https" if "tls_certificate_file" in self.settings else "http"
        return f"{scheme}://127.0.0.1:{self.port}"

    @property
    def management_url(self):
        return f"http://127.0.0.1:{self.management_port}"

    def said(self):
        return (self.folder / "stdout").read_text()

    def logged(self):
        return (self.folder / "stderr").read_text(errors="replace")

    def launch(self):
        """Starts the process and does not wait for it."""
        with open(self.folder / "stdout", "wb") as out, open(self.folder / "stderr", "ab") as log:
            self.process = subprocess.Popen([binary(), "serve"], env=environment(self.settings), cwd="/",
                                            stdin=subprocess.DEVNULL, stdout=out, stderr=log)
        return self

    def start(self, afresh=False):
        """Starts it and waits until it is ready; a first start gives the first administrator's token.

        Its first start makes the private database only when it is to be afresh, or when tests/run has made none to copy.
        """
        if "database_url" not in self.settings and not afresh:
            copy_cluster(self.settings["data"])
        self.launch()
        deadline = time.monotonic() + READY_SECONDS
        while "provider's tenant code: " not in self.said():
            if self.process.poll() is not None or time.monotonic() > deadline:
                reason = f"the service did not start: {self.process.returncode}\n{self.logged()}"
                self.close()
                raise AssertionError(reason)
            time.sleep(0.02)
        said = self.said()
        self.tenant_code = re.search(r"provider's tenant code: (\S+)", said).group(1)
        token = re.search(r"one-time token of the first administrator \(login: admin\): (\S+)", said)
        self.token = token and token.group(1)
        self.wait_ready()
        return self

    def wait_ready(self, seconds=READY_SECONDS):
        deadline = time.monotonic() + seconds
        while not self.ready():
            assert time.monotonic() < deadline, f"not ready within {seconds} s\n{self.logged()[-4000:]}"
            time.sleep(0.05)

    def ready(self):
        try:
            reply = requests.get(f"{self.management_url}/readyz", timeout=5)
            return reply.status_code == 200 and reply.json()["status"] == "ready"
        except requests.RequestException:
            return False

    def metrics(self):
        return requests.get(f"{self.management_url}/metrics", timeout=5).text

    def stop(self):
        """SIGTERM; the status has to be 0 in time, and no sanitizer may have had anything to say."""
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.close()
            raise AssertionError(f"still running {STOP_SECONDS} s after SIGTERM\n{self.logged()[-4000:]}") from None
        assert not REPORTS.search(self.logged()), self.logged()
        assert status == 0, f"ended with status {status}\n{self.logged()[-4000:]}"

    def kill(self):
        """SIGKILL: nothing is put in order."""
        self.process.kill()
        self.process.wait()

    def sql(self, text):
        """The rows of a statement in the private database, as its superuser, past every wall."""
        conninfo = (self.folder / "data/conninfo").read_text()
        options = "-c search_path=bailiwick,pg_temp"
        with psycopg.connect(f"{conninfo} user=postgres", options=options, autocommit=True) as connection:
            cursor = connection.execute(text)
            return cursor.fetchall() if cursor.description else []

    def postmaster(self):
        """The process id of the private database, None when it has none."""
        try:
            return int((self.folder / "data/postgres/postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def close(self):
        """Whatever happened: no process is left, and no folder."""
        if self.process and self.process.poll() is None:
            self.kill()
        postmaster = self.postmaster()
        if postmaster:
            stop_postmaster(postmaster)
        subprocess.run(["rm", "-rf", "--one-file-system", self.folder], check=False)


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # the latter when it ends between opening and reading
        return False


def stop_postmaster(pid, number=signal.SIGQUIT, seconds=10):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
    deadline = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
