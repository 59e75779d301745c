"""The content of an import job as it is sent, byte by byte, over a connection of its own."""
import json
import socket
import time
from urllib.parse import urlsplit

from support.jobs import NDJSON

PIECE = 256 << 10  # what is stored at a time
SECONDS = 120


class Sending:
    """A PUT of content whose body is sent as the test says."""

    def __init__(self, jobs, job, length, offset=0, **headers):
        place = urlsplit(jobs.client.server.url)
        self.socket = socket.create_connection((place.hostname, place.port), timeout=SECONDS)
        head = {"Host": place.netloc, "Authorization": f"Bearer {jobs.client.token}", "Content-Type": NDJSON,
                "X-Forwarded-For": jobs.client.address, **headers}
        if length is not None:
            head["Content-Length"] = length
        text = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in head.items())
        self.send(f"PUT {jobs.path(job)}/content?offset={offset} HTTP/1.1\r\n{text}\r\n".encode())

    def send(self, content):
        self.socket.sendall(content)

    def reply(self):
        """(status, headers, body)"""
        text = b""
        while b"\r\n\r\n" not in text:
            text += self.more()
        head, _, body = text.partition(b"\r\n\r\n")
        first, *rest = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in rest)
        while len(body) < int(headers.get("Content-Length", 0)):
            body += self.more()
        return int(first.split()[1]), headers, json.loads(body) if body else None

    def more(self):
        got = self.socket.recv(1 << 16)
        assert got, "no reply"
        return got

    def close(self):
        self.socket.close()


def has_received(jobs, job, wanted):
    deadline = time.monotonic() + SECONDS
    while jobs.see(job)["bytes_received"] != wanted:
        assert time.monotonic() < deadline, jobs.see(job)
        time.sleep(0.02)
