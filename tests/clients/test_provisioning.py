"""The scripts of README.md, and a client in TypeScript whose types are the document's, bring an estate to what a file says, once."""
import json
import os
import subprocess

import pytest

from support import readme
from support.command import Shell
from support.estate import PASSWORD, unique
from support.server import binary


def rows_of(word):
    """A partner, a customer below it, a person in each, and what they hold."""
    def user(name, home, shown):
        return {"kind": "user", "external_id": f"{word}-{name}", "tenant_external_id": home, "login": name, "display_name": shown}

    def grant(name, home, at, role):
        return {"kind": "grant", "user_external_id": f"{word}-{name}", "user_tenant_external_id": home, "tenant_external_id": at,
                "role": role, "scope": "subtree"}

    partner, customer = f"{word}-p", f"{word}-c"
    return [
        {"kind": "tenant", "external_id": partner, "tenant_kind": "partner", "name": "Wisła & Søn"},
        {"kind": "tenant", "external_id": customer, "tenant_external_id": partner, "tenant_kind": "customer", "name": 'The "North"'},
        user("ann", partner, "Ann"), user("bob", customer, "Боб"),
        grant("ann", partner, partner, "partner_admin"), grant("ann", partner, customer, "auditor"),
        grant("bob", customer, customer, "viewer"),
    ]


class Provisioning:
    """Runs each of the three on a file; what it says it made are ids."""

    def __init__(self, server, estate, node, folder):
        self.server, self.estate, self.node, self.folder = server, estate, node, folder
        self.scripts = [block for block in readme.blocks("For scripts") if block.startswith("#!/bin/bash\n")]

    def shell(self, script, rows, text, env):
        (self.folder / "script").write_text(script)
        (self.folder / "estate").write_text("".join(json.dumps(row) + "\n" for row in rows))
        done = subprocess.run(["bash", self.folder / "script", self.folder / "estate"], input=text, env=env, text=True,
                              capture_output=True, timeout=120, check=False)
        assert done.returncode == 0 and not done.stderr, done.stderr + done.stdout
        return [line.removeprefix("made ") for line in done.stdout.splitlines()]

    def curl(self, rows):
        admin = self.estate.admin
        env = {"PATH": os.environ["PATH"], "CURL_CA_BUNDLE": str(self.server.trust), "BAILIWICK_URL": self.server.url,
               "TENANT": admin.tenant_code, "LOGIN": admin.login}
        return self.shell(self.scripts[0], rows, f"{PASSWORD}\n", env)

    def commands(self, rows):
        person = Shell(self.server, BAILIWICK_CA=str(self.server.trust))
        try:
            person.log_in(self.estate.admin)
            env = person.environment()
            return self.shell(self.scripts[1], rows, "", env | {"PATH": f"{binary().parent}:{env['PATH']}"})
        finally:
            person.close()

    def typescript(self, rows):
        return self.node("provision.mjs", {"url": self.server.url, "login": self.estate.admin.body(), "rows": rows})["made"]


@pytest.fixture(name="provisioning")
def the_three(server, estate, typed, tmp_path):
    return Provisioning(server, estate, typed, tmp_path)


def found(estate, rows):
    """What stands there of what the rows name, in their own words."""
    admin, words = estate.admin.client, {row["external_id"] for row in rows if row["kind"] == "tenant"}
    tenants = {t["id"]: t for t in admin.pages("/v1/tenants") if t["external_id"] in words}
    names = {id: tenant["external_id"] for id, tenant in tenants.items()}
    people = {user["id"]: user for id in tenants for user in admin.pages(f"/v1/tenants/{id}/users")}
    grants = [grant for id in tenants for grant in admin.pages(f"/v1/tenants/{id}/grants")]
    return ({(t["external_id"], names.get(t["parent_id"]), t["kind"], t["name"]) for t in tenants.values()},
            {(u["external_id"], names[u["tenant_id"]], u["login"], u["display_name"]) for u in people.values()},
            sorted((people[g["principal_id"]]["external_id"], names[g["tenant_id"]], g["role"], g["scope"]) for g in grants))


def wanted(rows):
    kinds = {kind: [row for row in rows if row["kind"] == kind] for kind in ("tenant", "user", "grant")}
    return ({(t["external_id"], t.get("tenant_external_id"), t["tenant_kind"], t["name"]) for t in kinds["tenant"]},
            {(u["external_id"], u["tenant_external_id"], u["login"], u["display_name"]) for u in kinds["user"]},
            sorted((g["user_external_id"], g["tenant_external_id"], g["role"], g["scope"]) for g in kinds["grant"]))


@pytest.mark.parametrize("way", ["curl", "commands", "typescript"])
def test_what_a_file_says_is_made_once(provisioning, estate, way):
    rows = rows_of(unique(way))
    provision = getattr(provisioning, way)
    assert len(set(provision(rows))) == len(rows)
    assert found(estate, rows) == wanted(rows)
    assert provision(rows) == []
    assert found(estate, rows) == wanted(rows)


def test_a_script_is_short(provisioning):
    assert [len(script.splitlines()) < 40 for script in provisioning.scripts] == [True, True]
    assert "curl" in provisioning.scripts[0] and "curl" not in provisioning.scripts[1]


def test_a_certificate_that_nobody_vouches_for_is_refused(server):
    """By the authorities of the system, where no others are named."""
    person = Shell(server)
    try:
        assert "certificate" in person("login", "--tenant", "x", "--login", "y", text="z\n", status=3).errors
        assert "login_failed" in person("login", "--tenant", "x", "--login", "y", "--ca", str(server.trust), text="z\n", status=1).errors
    finally:
        person.close()
