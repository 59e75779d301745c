"""A caller of the API whose every reply is judged by the OpenAPI document."""
import hashlib
import itertools
import time

import pyotp
import requests

from support.contract import Document

TIMEOUT = 60
addresses = (f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}" for n in itertools.count(1))


class Client:
    """Calls a server under one token, from an address of its own."""

    def __init__(self, server, document: Document, token=None):
        self.server, self.document, self.token = server, document, token
        self.address = next(addresses)
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(server.trust) if server.trust is not True else True

    def ask(self, method, path, headers=None, **options):
        """Sends it, and checks the reply against the document."""
        sent = {"X-Forwarded-For": self.address}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        sent |= headers or {}
        reply = self.session.request(method, self.server.url + path, headers=sent, timeout=TIMEOUT,
                                     allow_redirects=False, **options)
        self.document.check(reply)
        return reply

    def call(self, method, path, status=None, **options):
        """The reply, whose status is checked too when one is given."""
        reply = self.ask(method, path, **options)
        if status is not None:
            assert reply.status_code == status, f"{method} {path}: {reply.status_code}, not {status}\n{reply.text[:2000]}"
        return reply

    def get(self, path, status=200, **options):
        return self.call("GET", path, status, **options)

    def post(self, path, body=None, status=200, **options):
        return self.call("POST", path, status, json=body, **options)

    def patch(self, path, body, status=200, **options):
        return self.call("PATCH", path, status, json=body, **options)

    def put(self, path, body, status=204, **options):
        return self.call("PUT", path, status, json=body, **options)

    def delete(self, path, status=204, **options):
        return self.call("DELETE", path, status, **options)

    def problem(self, method, path, status, code, **options):
        """The problem that the call must end in."""
        problem = self.call(method, path, status, **options).json()
        assert problem["code"] == code, problem
        return problem

    def pages(self, path, limit=200, **query):
        """All items of a list, page by page."""
        cursor = {}
        while True:
            reply = self.get(path, params={"limit": limit, **query, **cursor})
            page = reply.json()
            assert len(page["items"]) <= limit
            yield from page["items"]
            if page["next_cursor"] is None:
                return
            assert len(page["items"]) == limit or len(reply.content) > 1e6  # long items end a page early
            cursor = {"cursor": page["next_cursor"]}

    def other(self, token=None):
        """Another caller of the same server."""
        return Client(self.server, self.document, token)


def code(secret, steps=0, at=None, algorithm="SHA1", digits=6):
    """The one-time code of a secret, `steps` of 30 seconds from `at` or now; by pyotp, which shares nothing with ours."""
    moment = (time.time() if at is None else at) + 30 * steps
    return pyotp.TOTP(secret, digits=digits, digest=getattr(hashlib, algorithm.lower())).at(int(moment))


def next_step():
    """Waits until codes of the present step have not been used."""
    time.sleep(30 - time.time() % 30 + 0.1)
