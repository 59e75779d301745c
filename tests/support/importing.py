"""Runs `bailiwick import` and `bailiwick invite` beside a running service, and reads what they say and do."""
import contextlib
import itertools
import json
import re
import subprocess
from dataclasses import dataclass, field

from support import machines
from support.client import Client
from support.cluster import Cluster
from support.contract import Document
from support.estate import PASSWORD
from support.server import REPORTS, Server, binary, environment

SECONDS = 300
REFUSAL = re.compile(r"line (\d+): (\w+)(?:: (\w+)(?=: ))?: .*$")
SUMMARY = re.compile(r"(\d+) lines: (\d+) created, (\d+) updated, (\d+) unchanged, \d+ removed, (\d+) refused$")


def tenant(external_id, kind="customer", above=None, name=None):
    row = {"kind": "tenant", "external_id": external_id, "tenant_kind": kind, "name": name or f"Tenant {external_id}"}
    return row | ({"tenant_external_id": above} if above else {})


def user(external_id, home=None, login=None, **more):
    row = {"kind": "user", "external_id": external_id, "login": login or external_id, **more}
    return row | ({"tenant_external_id": home} if home else {})


def grant(of, at, role="viewer", scope="subtree", **more):
    return {"kind": "grant", "user_external_id": of, "tenant_external_id": at, "role": role, "scope": scope, **more}


def lines(rows):
    return "".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows).encode()


@dataclass
class Report:
    """What an import said: the counts, and line number -> why it was refused, and of which member."""
    status: int
    output: str
    errors: str
    counts: dict = field(default_factory=dict)
    refused: dict = field(default_factory=dict)

    def __post_init__(self):
        assert not REPORTS.search(self.errors), self.errors
        *refusals, last = self.output.splitlines() or [""]
        summary = SUMMARY.match(last)
        if not summary:
            return
        names = ("lines", "created", "updated", "unchanged", "refused")
        self.counts = {name: int(count) for name, count in zip(names, summary.groups())}
        for line in refusals:
            number, code, member = REFUSAL.match(line).groups()
            self.refused[int(number)] = f"{code}: {member}" if member else code

    def is_clean(self, **counts):
        """All of it was applied, with these counts and no others."""
        none = {"created": 0, "updated": 0, "unchanged": 0, "refused": 0}
        assert {**self.counts, "lines": None} == none | counts | {"lines": None}, (self.output, self.errors)
        assert self.status == 0


def command(server, *words, client=None, settings=None):
    """argv and environment of a command on the service's data; `client` is (id, secret)."""
    variables = environment({**server.settings, "log_level": "warn", **(settings or {})})
    if client:
        variables |= {"BAILIWICK_CLIENT_ID": client[0], "BAILIWICK_CLIENT_SECRET": client[1]}
    return {"args": [binary(), *words], "env": variables, "cwd": "/"}


def load(server, rows, client=None, settings=None):
    """Imports rows, which are objects or lines, or bytes as they stand."""
    content = rows if isinstance(rows, bytes) else lines(rows)
    done = subprocess.run(**command(server, "import", "-", client=client, settings=settings), input=content,
                          capture_output=True, check=False, timeout=SECONDS)
    return Report(done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace"))


def begin(server, path, client=None):
    """Starts an import of a file and does not wait for it."""
    return subprocess.Popen(**command(server, "import", path, client=client), stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def ended(process):
    output, errors = process.communicate(timeout=SECONDS)
    return Report(process.returncode, output.decode(), errors.decode(errors="replace"))


def invite(server, login, where):
    """(status, what was said)"""
    done = subprocess.run(**command(server, "invite", login, where), stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=False, timeout=60)
    assert not REPORTS.search(done.stderr), done.stderr
    return done.returncode, done.stdout + done.stderr


class Installation:
    """A cluster whose tables a superuser looks into, the service on it, the first administrator's client."""

    def __init__(self):
        self.cluster = Cluster()
        self.server = self.admin = self.document = self.look = None
        self.numbers = itertools.count(1)

    def start(self):
        self.cluster.start_migrated()
        self.server = Server(database_url=self.cluster.url)
        self.server.start()
        self.look = self.cluster.connect("postgres", autocommit=True)
        machines.make_role(self.look)
        self.document = Document()
        self.admin = Client(self.server, self.document)
        accepted = self.admin.post("/v1/invitations/accept", {"token": self.server.token, "password": PASSWORD}).json()
        self.admin.token = self.signed_in(accepted["login"], accepted["tenant"])

    def signed_in(self, login, code, password=PASSWORD):
        body = {"login": login, "password": password, "tenant": code}
        return self.admin.other().post("/v1/login", body).json()["access_token"]

    def stop(self):
        if self.look:
            self.look.close()
        if self.server:
            self.server.close()
        self.cluster.stop()

    def word(self, text):
        """A name that no other test uses."""
        return f"{text}-{next(self.numbers)}"

    def find(self, external_id):
        """The tenants with that external_id, as the provider sees them."""
        return list(self.admin.pages("/v1/tenants", external_id=external_id))

    def machine(self, external_id, role=machines.NAME, scope="subtree"):
        """(id, secret) of a client at home in a tenant, with a role there."""
        home = self.find(external_id)[0]["id"]
        made = self.admin.post(f"/v1/tenants/{home}/clients", {"display_name": "loader"}, 201).json()
        if role:
            body = {"principal_id": made["client"]["id"], "role": role, "scope": scope}
            self.admin.post(f"/v1/tenants/{home}/grants", body, 201)
        return made["client"]["id"], made["client_secret"]

    def rows(self, statement, *values):
        return self.look.execute(statement, values).fetchall()

    def digest(self, tables=("tenant", "principal", '"grant"', "role", "audit_event", "policy_event"), where="true"):
        """What stands in the tables, versions and times included."""
        text = "count(*), md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE \"C\"))"
        return [self.look.execute(f"SELECT {text} FROM {table} t WHERE {where}").fetchone() for table in tables]


@contextlib.contextmanager
def installed():
    """An installation of its own that runs, and that must stop well."""
    made = Installation()
    try:
        made.start()
        yield made
        made.server.stop()
    finally:
        made.stop()
