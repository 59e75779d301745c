"""The real service on a PostgreSQL of the tests' own, and a client that keeps its connections."""
import http.client
import json
import threading
from dataclasses import dataclass

from support.cluster import Cluster
from support.server import Server

# Wide throttles: these tests ask who may do what, and they ask it often. A long lease: a busy machine is no revocation.
SETTINGS = {"account_attempts": 100, "address_attempts": 100000, "policy_lease": 15, "log_level": "warn",
            "base_url": "https://access.example"}


class Service:
    """The cluster, the process under test, and a second one on the same database whose access tokens live for a minute."""

    def __init__(self):
        self.cluster = Cluster()
        self.main = self.brief = None

    def start(self):
        self.cluster.start_migrated()
        settings = SETTINGS | {"database_url": self.cluster.url}
        self.main = Server(**settings).start()
        key = self.main.folder / "data/master.key"
        self.brief = Server(**settings, access_token_time=60, master_key_file=key).start()

    def stop(self):
        """Fails when a process ends other than well or a sanitizer has something to say."""
        servers = [server for server in (self.brief, self.main) if server]
        try:
            for server in servers:
                server.stop()
        finally:
            for server in servers:
                server.close()
            self.cluster.stop()


@dataclass
class Reply:
    status: int
    headers: dict
    text: str

    @property
    def body(self):
        return json.loads(self.text) if self.text else None

    @property
    def code(self):
        """The stable code of a problem."""
        return self.body.get("code") if self.text and "problem" in self.headers.get("content-type", "") else None

    def told(self):
        """All of it that may tell one target from another: the id of the request and the clock do not."""
        left_out = ("date", "x-request-id")
        headers = sorted((name, value) for name, value in self.headers.items() if name not in left_out)
        return self.status, headers, self.text.replace(self.headers.get("x-request-id", "\0"), "REQUEST")


class Api:
    """A client: one kept connection a thread."""

    def __init__(self, port):
        self.port = port
        self.own = threading.local()

    def connection(self):
        if not hasattr(self.own, "connection"):
            self.own.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        return self.own.connection

    def send(self, method, path, headers, data):
        connection = self.connection()
        kept = connection.sock is not None
        try:
            connection.request(method, path, body=data, headers=headers)
            return connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            connection.close()
            if not kept:
                raise
            connection.request(method, path, body=data, headers=headers)
            return connection.getresponse()

    def call(self, method, path, token=None, body=None, form=None, headers=None):
        headers = dict(headers or {})
        data = None
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        elif form is not None:
            data = form.encode()
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        response = self.send(method, path, headers, data)
        text = response.read().decode()
        return Reply(response.status, {name.lower(): value for name, value in response.getheaders()}, text)

    def must(self, status, method, path, token=None, **more):
        """The body of a reply that has to have this status."""
        reply = self.call(method, path, token, **more)
        if reply.status != status:
            raise AssertionError(f"{method} {path}: {reply.status}, not {status}: {reply.text}")
        return reply.body
