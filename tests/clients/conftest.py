"""A service that speaks TLS, and programs of others to call it with: npm's packages, installed as package-lock.json pins them."""
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from support.authority import Authority
from support.contract import Document, bundled
from support.estate import Estate
from support.plain import plain_build
from support.server import Server, binary

HERE = Path(__file__).resolve().parent


class Node:
    """Runs the programs of this folder, out of a folder that has their packages."""

    def __init__(self, folder, trust):
        self.folder, self.trust = folder, trust
        version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
        # Debian 12's has the Web Cryptography API, but not yet under its global name.
        self.flags = ["--experimental-global-webcrypto"] if int(version[1:].split(".")[0]) < 20 else []

    def __call__(self, program, asked):
        """What a program answers to what it is asked: JSON, both."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("NODE_")}
        done = subprocess.run(["node", *self.flags, self.folder / program], input=json.dumps(asked), text=True,
                              capture_output=True, timeout=120, check=False, env=env | {"NODE_EXTRA_CA_CERTS": str(self.trust)})
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def installed(folder):
    """The folder with node_modules as the lock says; made anew when that has changed."""
    lock = (HERE / "package-lock.json").read_bytes()
    stamp = folder / "installed"
    folder.mkdir(exist_ok=True)
    for path in [*HERE.glob("*.mjs"), *HERE.glob("package*.json")]:
        shutil.copy(path, folder)
    if not stamp.exists() or stamp.read_text() != hashlib.sha256(lock).hexdigest():
        done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, capture_output=True,
                              text=True, timeout=300, check=False, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, f"npm ci: {done.stdout}{done.stderr}"
        stamp.write_text(hashlib.sha256(lock).hexdigest())
    return folder


def compiled(folder):
    """provision.mjs, made of provision.mts and of the types that openapi-typescript makes of the document, in the strictest way."""
    document, source = json.dumps(bundled()), (HERE / "provision.mts").read_text()
    stamp, says = folder / "compiled", hashlib.sha256((document + source).encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == says:
        return
    (folder / "openapi.json").write_text(document)
    (folder / "provision.mts").write_text(source)
    for command in (["openapi-typescript", "openapi.json", "-o", "schema.d.ts"],
                    ["tsc", "--strict", "--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom", "provision.mts"]):
        done = subprocess.run([folder / "node_modules/.bin" / command[0], *command[1:]], cwd=folder, capture_output=True,
                              text=True, timeout=300, check=False, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stdout + done.stderr
    stamp.write_text(says)


@pytest.fixture(scope="session", name="typed")
def node_with_a_typed_client(node):
    compiled(node.folder)
    return node


@pytest.fixture(scope="session", name="authority")
def certificate_authority():
    made = Authority()
    yield made
    made.close()


@pytest.fixture(scope="session", name="node")
def node_with_packages(authority):
    return Node(installed(binary().parent / "clients"), authority.root)


@pytest.fixture(scope="session", name="plain")
def build_without_sanitizers():
    return plain_build()


@pytest.fixture(scope="session", name="server")
def running_server(authority):
    server = Server(**authority.pair().settings())
    server.trust = authority.root
    try:
        yield server.start()
        server.stop()
    finally:
        server.close()


@pytest.fixture(scope="session", name="estate")
def made_estate(server):
    return Estate(server, Document())
