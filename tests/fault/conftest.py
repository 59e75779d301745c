"""A running service to do harm to, its database from behind, and a build without sanitizers for what those do not survive."""
import contextlib
import os
import subprocess
import threading
from pathlib import Path

import psycopg
import pytest
from support.cluster import Cluster
from support.contract import Document
from support.estate import Estate
from support.plain import plain_build
from support.server import Server

# Few workers and short times, so that what is to be full is soon full and what is to be late is soon late.
SETTINGS = {"database_workers": 4, "hash_workers": 2, "hash_queue": 64, "request_time": 4, "account_attempts": 100,
            "address_attempts": 100000}


def database(server, user="postgres"):
    """A connection to the private database, past every wall."""
    conninfo = (server.folder / "data/conninfo").read_text()
    return psycopg.connect(f"{conninfo} user={user}", options="-c search_path=bailiwick,pg_temp", autocommit=True)


@contextlib.contextmanager
def connections_cut(server, pause):
    """One of the service's connections to the database is cut now and then, so many seconds apart."""
    over = threading.Event()

    def cut():
        with contextlib.closing(database(server)) as connection:
            while not over.wait(pause):
                with contextlib.suppress(psycopg.Error):
                    connection.execute("""SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                                           WHERE usename IN ('bailiwick_app', 'bailiwick_auth', 'bailiwick_policy')
                                           ORDER BY random() LIMIT 1""")

    villain = threading.Thread(target=cut, daemon=True)
    villain.start()
    try:
        yield
    finally:
        over.set()
        villain.join()


@contextlib.contextmanager
def two_processes(**more):
    """Of the service, on one database."""
    cluster = Cluster()
    cluster.start_migrated()
    settings = SETTINGS | {"database_url": cluster.url, "policy_lease": 15} | more
    with contextlib.ExitStack() as stack:
        stack.callback(cluster.stop)
        one = Server(**settings)
        stack.callback(one.close)
        one.start()
        other = Server(**settings, master_key_file=one.folder / "data/master.key")
        stack.callback(other.close)
        other.start()
        yield one, other
        one.stop()
        other.stop()


@pytest.fixture(scope="session")
def document():
    return Document()


@pytest.fixture(scope="session")
def server():
    started = Server(**SETTINGS).start()
    try:
        yield started
        started.stop()
    finally:
        started.close()


@pytest.fixture(scope="session")
def estate(server, document):
    return Estate(server, document)


@pytest.fixture
def admin(estate):
    """Another caller with the provider administrator's token."""
    return estate.admin.client.other(estate.admin.client.token)


@pytest.fixture
def db(server):
    with contextlib.closing(database(server)) as connection:
        yield connection


@pytest.fixture
def blocker(server):
    """A transaction that holds what it is told to until it is rolled back."""
    with contextlib.closing(database(server)) as connection:
        connection.autocommit = False
        yield connection
        connection.rollback()


class Shim:
    """A library that goes before libc in the service: every Nth allocation fails, and the clock is off by some seconds."""

    def __init__(self, folder):
        self.library, self.switch = folder / "shim.so", folder / "switch"
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", self.library,
                        Path(__file__).with_name("shim.c")], check=True)
        self.set()

    def set(self, fail_every=0, seconds=0):
        """In place: the service has the file mapped."""
        words = fail_every.to_bytes(8, "little", signed=True) + seconds.to_bytes(8, "little", signed=True)
        with open(self.switch, "r+b" if self.switch.exists() else "wb") as file:
            file.write(words)


@pytest.fixture(scope="session")
def plain():
    """The folder of a build without sanitizers, which would come first and see what the shim does as faults."""
    return plain_build()


@pytest.fixture(scope="module")
def shimmed(plain, tmp_path_factory, document):
    """(server, estate, shim) of a service that has the shim before libc."""
    folder = tmp_path_factory.mktemp("shim")
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(0o755)  # the service is another user by the time it fails
    shim = Shim(folder)
    server = Server(**SETTINGS)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TEST_BUILD", str(plain))
            patch.setenv("LD_PRELOAD", str(shim.library))
            patch.setenv("SHIM_SWITCH", str(shim.switch))
            server.start()
        yield server, Estate(server, document), shim
        shim.set()
        server.stop()
    finally:
        server.close()
