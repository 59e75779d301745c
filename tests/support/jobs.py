"""Import jobs over HTTP, from opening to what became of each row."""
import json
import re
import time
from dataclasses import dataclass, field

from support import machines
from support.importing import lines

SECONDS = 300
NDJSON = "application/x-ndjson"


@dataclass
class Report:
    """How a job ended: as the API shows it, and its results by line."""
    job: dict
    results: dict = field(default_factory=dict)
    removals: list = field(default_factory=list)  # of what no line names

    @property
    def counts(self):
        return {name: count for name, count in self.job["counts"].items() if count}

    @property
    def refused(self):
        return {line: (row["code"], row["field"]) for line, row in self.results.items() if row["outcome"] == "refused"}

    def is_clean(self, **counts):
        assert (self.job["state"], self.counts) == ("done", counts), (self.job, self.results)


class Jobs:
    """The import jobs of one tenant, as one caller sees them, who waits so many seconds for the end of one."""

    def __init__(self, client, tenant, seconds=SECONDS):
        self.client, self.place, self.seconds = client, f"/v1/tenants/{tenant}/imports", seconds

    def open(self, **wanted):
        return self.client.post(self.place, wanted, 201).json()

    def path(self, job):
        return f"{self.place}/{job['id']}"

    def fill(self, job, content, offset=0, status=200):
        return self.client.call("PUT", f"{self.path(job)}/content?offset={offset}", status, data=content,
                                headers={"Content-Type": NDJSON}).json()

    def send(self, job, content, piece=1 << 20):
        for offset in range(0, len(content), piece):
            self.fill(job, content[offset:offset + piece], offset)

    def start(self, job):
        return self.client.post(f"{self.path(job)}/start").json()

    def see(self, job):
        return self.client.get(self.path(job)).json()

    def ended(self, job):
        deadline = time.monotonic() + self.seconds
        while self.see(job)["ended_at"] is None:
            assert time.monotonic() < deadline, self.see(job)
            time.sleep(0.05)
        return self.see(job)

    def results(self, job, **query):
        """Every result, page by page."""
        path, where = f"{self.path(job)}/results", "?" + "&".join(f"{k}={v}" for k, v in query.items())
        while where:
            reply = self.client.get(path + where)
            yield from map(json.loads, reply.text.splitlines())
            following = re.match(r"<(\?[^>]+)>", reply.headers.get("Link", ""))
            where = following and following.group(1)

    def report(self, job):
        ended, rows = self.ended(job), list(self.results(job))
        return Report(ended, {row["line"]: row for row in rows if row["line"]}, [row for row in rows if not row["line"]])

    def load(self, rows, **wanted):
        """From opening to the end."""
        job = self.open(**wanted)
        self.send(job, rows if isinstance(rows, bytes) else lines(rows))
        self.start(job)
        return self.report(job)


def id_of(at, external_id):
    return at.find(external_id)[0]["id"]


def machine(at, home, role=machines.NAME):
    """A client at home there that may do what machines may, or what the role lets it do, with a token."""
    identity, secret = at.machine(home, role)
    form = {"grant_type": "client_credentials", "client_id": identity, "client_secret": secret}
    token = at.admin.other().call("POST", "/oauth2/token", 200, data=form).json()["access_token"]
    caller = at.admin.other(token)
    caller.id = identity
    return caller


def users_of(at, external_id):
    return {found["external_id"]: found for found in at.admin.pages(f"/v1/tenants/{id_of(at, external_id)}/users")}
