"""What the client sends where a reply is lost or the service is busy, and to whom: told by a service of the test's own."""
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from support.command import Shell

USER = {"id": "0190a5b8-7c4e-7000-8000-000000000000", "login": "kim"}
BUSY = {"type": "urn:bailiwick:problem:busy", "title": "The service is busy", "status": 503, "code": "busy", "request_id": "r-1"}


class Service:
    """Answers each request by the next of its acts, and keeps what was sent."""

    def __init__(self):
        self.acts, self.sent = [], []
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                service.sent.append((self.command, self.path, dict(self.headers), body))
                act = service.acts.pop(0) if len(service.acts) > 1 else service.acts[0]
                if act == "lost":
                    self.close_connection = True
                    return
                status, reply, headers = act
                text = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
                self.send_response(status)
                for name, value in {"Content-Length": len(text), "X-Request-Id": "r-1", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_DELETE = do_PATCH = answer

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(name="service")
def a_service():
    made = Service()
    yield made
    made.close()


@pytest.fixture(name="shell")
def somebody_logged_in_there(service):
    made = Shell(service)
    made.state.mkdir(parents=True)
    session = {"url": service.url, "access_token": "access", "refresh_token": "refresh", "expires_at": int(time.time()) + 900}
    made.session_file.write_text(json.dumps(session))
    made.session_file.chmod(0o600)
    yield made
    made.close()


def keys(service):
    return [headers.get("Idempotency-Key") for _, _, headers, _ in service.sent]


def test_a_creation_whose_reply_is_lost_is_sent_once_more_under_the_same_key(shell, service):
    service.acts = ["lost", (201, USER, {})]
    assert shell.json("user", "add", USER["id"], "--login", "kim") == [USER]
    first, second = keys(service)
    assert first == second and len(first) == 36
    assert service.sent[0][2]["Authorization"] == "Bearer access"


def test_two_creations_have_two_keys(shell, service):
    service.acts = [(201, USER, {})]
    for _ in range(2):
        shell("user", "add", USER["id"], "--login", "kim")
    assert len(set(keys(service))) == 2


def test_a_busy_service_is_asked_again_when_it_says(shell, service):
    service.acts = [(503, BUSY, {"Retry-After": "2"}), (200, USER, {})]
    began = time.monotonic()
    assert shell.json("user", "show", USER["id"]) == [USER]
    assert time.monotonic() - began >= 2 and len(service.sent) == 2


def test_a_service_that_stays_busy_is_asked_no_third_time(shell, service):
    service.acts = [(503, BUSY, {"Retry-After": "1"})]
    assert shell("user", "show", USER["id"], status=1).errors == "bailiwick: busy: The service is busy\n  request r-1\n"
    assert len(service.sent) == 2


def test_a_deletion_whose_reply_is_lost_is_not_repeated(shell, service):
    """The second would say that there is no such thing."""
    service.acts = ["lost"]
    assert "Empty reply" in shell("grant", "rm", USER["id"], status=3).errors
    assert len(service.sent) == 1


def test_a_redirection_is_not_followed(shell, service):
    service.acts = [(302, b"", {"Location": "http://127.0.0.1:1/"})]
    assert "the service answered 302" in shell("user", "show", USER["id"], status=1).errors
    assert len(service.sent) == 1


@pytest.mark.parametrize("body", [b"<html>", b"", b"[]", b'{"items": 1}', b'{"next_cursor": null}'])
def test_what_is_no_answer_of_the_service_is_not_shown(shell, service, body):
    service.acts = [(200, body, {})]
    said = shell("user", "ls", USER["id"], status=3)
    assert said.output == "" and "no Bailiwick" in said.errors


def test_no_word_of_a_problem_is_a_command_to_the_terminal(shell, service):
    service.acts = [(422, BUSY | {"code": "ru\x1b[2Jle", "title": "a\u202eb", "errors": [{"field": "f\x07", "code": "c", "message": "\x9b"}]},
                     {"X-Request-Id": "r"})]
    said = shell("user", "show", USER["id"], status=1)
    assert said.errors == "bailiwick: ru\ufffd[2Jle: a\ufffdb\n  f\ufffd: c: \ufffd\n  request r\n"
