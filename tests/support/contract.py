"""The OpenAPI document as a judge: what is promised of an operation, and whether a reply keeps the promise."""
import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

import jsonschema

from support.source import ROOT, results

METHODS = ("get", "put", "post", "delete", "patch")
# Of http itself, before any operation is known to be meant, or of a budget that is spent; every operation may answer so, by its
# default reply.
TRANSPORT = (405, 408, 411, 414, 429, 431, 500, 501)


class BrokenPromise(AssertionError):
    """A reply is not what the document says."""


def bundled():
    """The document as the build has bundled it, or bundles it."""
    build = os.environ.get("TEST_BUILD")
    if build:
        return json.loads((Path(build) / "openapi.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "openapi.json"
        subprocess.run([ROOT / "openapi/bundle", ROOT / "openapi/openapi.yaml", output], check=True)
        return json.loads(output.read_text())


class Operation:
    """One operation of the document, with its parameters resolved."""

    def __init__(self, document, path, method, item):
        self.path, self.method, self.item = path, method.upper(), item
        self.name = item["operationId"]
        self.parameters = [document.resolved(p) for p in item.get("parameters", [])]
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))
        self.pattern = re.compile(f"{pattern}$")

    def query(self):
        """name -> schema."""
        return {p["name"]: p["schema"] for p in self.parameters if p["in"] == "query"}

    def headers(self):
        return {p["name"] for p in self.parameters if p["in"] == "header"}

    def body(self):
        """media type, schema; (None, None) without one."""
        content = self.item.get("requestBody", {}).get("content", {})
        return next(((media, value["schema"]) for media, value in content.items()), (None, None))


class Document:
    """The document with look-ups, and the operations of which success was seen."""
    succeeded = set()

    def __init__(self, text=None):
        self.text = text or bundled()
        self.operations, self.validators = {}, {}
        for path, item in self.text["paths"].items():
            for method in METHODS:
                if method in item:
                    operation = Operation(self, path, method, item[method])
                    self.operations[operation.name] = operation
        # A literal segment goes before {id}.
        self.order = sorted(self.operations.values(), key=lambda o: o.path.count("{"))
        self.codes = results()

    def resolved(self, value):
        """Follows $ref at the top; members beside it are added."""
        while isinstance(value, dict) and "$ref" in value:
            found = self.text
            for key in value["$ref"].removeprefix("#/").split("/"):
                found = found[key.replace("~1", "/").replace("~0", "~")]
            value = {**found, **{key: item for key, item in value.items() if key != "$ref"}}
        return value

    def find(self, method, path):
        """The operation of a request; None for what is none."""
        method = "GET" if method == "HEAD" else method
        return next((o for o in self.order if o.method == method and o.pattern.match(path)), None)

    def validator(self, schema):
        """One for each schema: it remembers what its references lead to, which takes longer to find than most values to judge."""
        key = json.dumps(schema)
        if key not in self.validators:
            whole = {**schema, "components": self.text["components"]}
            self.validators[key] = jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker())
        return self.validators[key]

    def check_schema(self, schema, value, where):
        errors = [f"{error.json_path}: {error.message}" for error in self.validator(schema).iter_errors(value)]
        if errors:
            raise BrokenPromise(f"{where}: {'; '.join(errors)}\n{json.dumps(value, indent=1)[:2000]}")

    def check_headers(self, promised, headers, where):
        for name, header in promised.items():
            header = self.resolved(header)
            if name in headers:
                self.check_schema(header["schema"], headers[name], f"{where} {name}")
            elif header.get("required"):
                raise BrokenPromise(f"{where}: no {name}")

    def check_problem(self, reply, where):
        """A problem says of itself what the reply says, and its code is one of the table's."""
        problem = reply.json()
        if problem.get("status") != reply.status_code or problem.get("request_id") != reply.headers["X-Request-Id"]:
            raise BrokenPromise(f"{where}: {problem} with {dict(reply.headers)}")
        if self.codes.get(problem["code"]) != reply.status_code or not problem["type"].endswith(f":{problem['code']}"):
            raise BrokenPromise(f"{where}: {problem['code']} is no code of a {reply.status_code}")

    def check_body(self, promised, reply, where):
        content = promised.get("content", {})
        media = reply.headers.get("Content-Type")
        if not content:
            if reply.content:
                raise BrokenPromise(f"{where}: a body, though none is promised")
            return
        if media not in content:
            raise BrokenPromise(f"{where}: {media}, not {' or '.join(content)}")
        if reply.request.method == "HEAD":
            return
        schema = content[media]["schema"]
        if media == "application/x-ndjson":
            for line in reply.text.splitlines():
                self.check_schema(schema, json.loads(line), where)
            return
        self.check_schema(schema, reply.text if media.startswith("text/") else reply.json(), where)
        if media == "application/problem+json":
            self.check_problem(reply, where)

    def check_cache(self, operation, reply, where):
        """Nobody keeps a reply, unless the document says of it how long."""
        promised = operation and operation.item["responses"].get(str(reply.status_code)) or {}
        if "Cache-Control" not in self.resolved(promised).get("headers", {}) and \
                reply.headers.get("Cache-Control") != "no-store":
            raise BrokenPromise(f"{where}: {dict(reply.headers)}")

    def check(self, reply):
        """Judges a reply of `requests` by the operation it answers, and counts it."""
        method, path = reply.request.method, reply.request.path_url.partition("?")[0]
        operation, status = self.find(method, path), reply.status_code
        where = f"{method} {path} {status}"
        self.check_cache(operation, reply, where)
        if reply.headers.get("X-Content-Type-Options") != "nosniff":
            raise BrokenPromise(f"{where}: {dict(reply.headers)}")
        if method == "HEAD" and reply.content:
            raise BrokenPromise(f"{where}: a HEAD with a body")
        if operation is None:
            self.check_elsewhere(method, reply, where)
            return
        promised = operation.item["responses"].get(str(status))
        if promised is None and status not in TRANSPORT:
            raise BrokenPromise(f"{where}: {operation.name} promises no {status}\n{reply.text[:2000]}")
        promised = self.resolved(promised or operation.item["responses"]["default"])
        self.check_headers(promised.get("headers", {}), reply.headers, where)
        self.check_body(promised, reply, where)
        if status < 300:
            Document.succeeded.add(operation.name)

    def check_elsewhere(self, method, reply, where):
        """OPTIONS, wrong methods and unknown paths belong to no operation: a 204 with Allow, or a problem."""
        if reply.status_code == 204 and method == "OPTIONS":
            if not reply.headers.get("Allow"):
                raise BrokenPromise(f"{where}: no Allow")
            return
        if reply.status_code not in (400, 404, 405, 501):
            raise BrokenPromise(f"{where}: {reply.text[:2000]}")
        self.check_body(self.text["components"]["responses"]["Problem"], reply, where)

    def hit(self):
        """The operations that succeeded at least once, whichever document of this process saw it."""
        return set(Document.succeeded)
