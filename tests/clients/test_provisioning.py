"""The scripts of README.md, and a client in TypeScript whose types are the document's, bring an empty provider to the estate of the
demo, and find nothing to do the second time."""
import contextlib
import json
import os
import subprocess

import pytest

from support import readme
from support.client import Client
from support.command import Shell
from support.contract import Document
from support.estate import PASSWORD, Person, unique
from support.server import Server, binary
from support.source import ROOT

SECONDS = 300
# What is on record of a job that changed nothing, and of whoever ran it.
JOB = {"login", "logout", "createImport", "fillImport", "startImport", "endImport"}


SCRIPTS = [block for block in readme.blocks("For scripts") if block.startswith("#!/bin/bash\n")]


class Provider:
    """A service as its first administrator sees it, and the three ways to load a file there."""

    def __init__(self, server, admin, node, folder):
        self.server, self.admin, self.node, self.folder = server, admin, node, folder
        self.home = admin.client.get("/v1/me").json()["tenant_id"]
        self.refused = None

    def shell(self, script, file, env):
        (self.folder / "script").write_text(script)
        return subprocess.run(["bash", self.folder / "script", file], input=f"{PASSWORD}\n", text=True, capture_output=True,
                              timeout=SECONDS, check=False,
                              env=env | {"TENANT": self.admin.tenant_code, "LOGIN": self.admin.login})

    def curl(self, file):
        """(status, counts)"""
        done = self.shell(SCRIPTS[0], file, {"PATH": os.environ["PATH"], "CURL_CA_BUNDLE": str(self.server.trust),
                                                  "BAILIWICK_URL": self.server.url})
        assert not done.stderr, done.stderr
        first, *self.refused = [json.loads(line) for line in done.stdout.splitlines()]
        return done.returncode, first["counts"]

    def commands(self, file):
        person = Shell(self.server, BAILIWICK_CA=str(self.server.trust))
        env = person.environment()
        done = self.shell(SCRIPTS[1], file, env | {"PATH": f"{binary().parent}:{env['PATH']}"})
        assert not person.session_file.exists(), "it leaves no session behind"
        person.close()
        self.refused = done.stdout.splitlines()
        words = done.stderr.splitlines()[-1].replace(",", "").split()
        return done.returncode, {word: int(count) for count, word in zip(words[::2], words[1::2])}

    def typescript(self, file):
        said = self.node("provision.mjs", {"url": self.server.url, "login": self.admin.body(), "file": str(file)})
        self.refused = said["refused"].splitlines()
        return {"done": 2 if self.refused else 0}[said["state"]], said["counts"]

    def rows(self):
        """What stands there, in the words of an import, but for the first administrator, who has no external_id."""
        rows = [json.loads(line) for kind in ("tenants", "users", "grants")
                for line in self.admin.client.get(f"/v1/tenants/{self.home}/exports/{kind}?scope=subtree&importable=true").text.splitlines()]
        return [row for row in rows if "external_id" in row or "user_external_id" in row]

    def recorded(self):
        return [(event["action"], event["object_id"]) for event in self.admin.client.pages(f"/v1/tenants/{self.home}/audit")]


def first_administrator(server):
    anonymous = Client(server, Document())
    accepted = anonymous.post("/v1/invitations/accept", {"token": server.token, "password": PASSWORD}).json()
    return Person(None, accepted["login"], None, accepted["tenant"], anonymous.other()).log_in()


@pytest.fixture(name="empty")
def an_empty_provider(authority, plain, typed, tmp_path):
    """On a build without sanitizers: with them tests/api loads the same file, and those below ask the same of few rows."""
    with pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as stack:
        patch.setenv("TEST_BUILD", str(plain))
        server = Server(**authority.pair().settings())
        stack.callback(server.close)
        server.trust = authority.root
        yield Provider(server.start(), first_administrator(server), typed, tmp_path)
        server.stop()


def estate_of_the_demo(folder):
    """(file, rows)"""
    text = subprocess.run([ROOT / "server/demo/estate"], capture_output=True, check=True, text=True).stdout
    (folder / "estate.jsonl").write_text(text)
    return folder / "estate.jsonl", [json.loads(line) for line in text.splitlines()]


def named(row):
    """By what a row is told from all others."""
    return tuple(row.get(name) for name in ("kind", "tenant_external_id", "external_id", "user_tenant_external_id",
                                            "user_external_id", "role", "scope"))


def counts(**some):
    return {name: some.get(name, 0) for name in ("created", "updated", "unchanged", "removed", "refused")}


@pytest.mark.parametrize("way", ["curl", "commands", "typescript"])
def test_an_empty_provider_is_brought_to_the_estate_of_the_demo_once(empty, tmp_path, way):
    file, rows = estate_of_the_demo(tmp_path)
    provision = getattr(empty, way)
    assert provision(file) == (0, counts(created=len(rows))), empty.refused
    stands = empty.rows()
    by_name = {named(row): row for row in stands}
    assert len(by_name) == len(rows) > 3600
    assert [row for row in rows if not row.items() <= by_name[named(row)].items()] == []
    before = empty.recorded()

    assert provision(file) == (0, counts(unchanged=len(rows))), empty.refused
    since = empty.recorded()[:-len(before)]
    assert since and {action for action, _ in since} <= JOB
    assert empty.rows() == stands


@pytest.mark.parametrize("way", ["curl", "commands", "typescript"])
def test_rows_that_are_refused_are_shown(server, estate, typed, tmp_path, way):
    provider, file = Provider(server, estate.admin, typed, tmp_path), tmp_path / "rows"
    file.write_text(f'{{"kind": "tenant", "external_id": "{unique(way)}", "tenant_kind": "partner", "name": "P"}}\n'
                    '{"kind": "user", "external_id": "u", "tenant_external_id": "nowhere", "login": "u"}\n')
    assert getattr(provider, way)(file) == (2, counts(created=1, refused=1))
    assert len(provider.refused) == 1 and "not_found" in str(provider.refused[0])


def test_a_script_is_short():
    assert [len(script.splitlines()) < 40 for script in SCRIPTS] == [True, True]
    assert "curl" in SCRIPTS[0] and "curl" not in SCRIPTS[1]


def test_a_certificate_that_nobody_vouches_for_is_refused(server):
    """By the authorities of the system, where no others are named."""
    person = Shell(server)
    try:
        assert "certificate" in person("login", "--tenant", "x", "--login", "y", text="z\n", status=3).errors
        assert "login_failed" in person("login", "--tenant", "x", "--login", "y", "--ca", str(server.trust), text="z\n", status=1).errors
    finally:
        person.close()
