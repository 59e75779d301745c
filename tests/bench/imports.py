"""Loads users by import jobs, and as many of the same rows into the same tables by psql's \\copy, in turn."""
import json
import re
import statistics
import subprocess
import time
from pathlib import Path

import psycopg
from opponents import PROGRAMS, Broken

A_TENANT = 100  # users of one


class Imports:
    """What was measured of some rounds, each with users of its own in the same tenants."""

    def __init__(self, bench):
        self.bench, self.users = bench, bench.size.imported
        self.place = f"/v1/tenants/{bench.partner}/imports"
        self.rates, self.copied, self.again, self.tails, self.growth = [], [], [], [], []
        self.tenants = [f"imported-{n}" for n in range(self.users // A_TENANT)]
        rows = [{"kind": "tenant", "external_id": name, "tenant_kind": "customer", "name": name} for name in self.tenants]
        self.load(self.begin("tenants", rows))

    def rows(self, word):
        return [{"kind": "user", "external_id": f"{word}-{n}", "tenant_external_id": self.tenants[n // A_TENANT],
                 "login": f"{word}-{n}", "display_name": f"User {n}", "email": f"{word}-{n}@a.example"}
                for n in range(self.users)]

    def begin(self, kind, rows):
        """A job that has its content, and is not started; a token lasts for one."""
        self.bench.sign_in()
        content = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
        job = f"{self.place}/{self.call('POST', self.place, json={'kind': kind})['id']}"
        self.call("PUT", f"{job}/content?offset=0", data=content, headers={"Content-Type": "application/x-ndjson"})
        return job

    def call(self, method, path, headers=None, **options):
        return self.bench.call(method, path, self.bench.token, headers=headers, **options)

    def load(self, job):
        """Runs it to its end: rows by seconds, and the most memory that the service had meanwhile."""
        began, marks, most = time.monotonic(), [(0, 0)], 0
        self.call("POST", f"{job}/start")
        while True:
            seen, most = self.call("GET", job), max(most, self.resident())
            marks.append((time.monotonic() - began, sum(seen["counts"].values())))
            if seen["ended_at"]:
                break
            time.sleep(0.05)
        if seen["state"] != "done" or seen["counts"]["refused"]:
            raise Broken(f"{seen}")
        return marks, most

    def resident(self):
        status = Path(f"/proc/{self.bench.server.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024

    def copy(self, word):
        """Rows a second of a round's users, under other names and ids in the same order, by psql."""
        path = self.bench.server.folder / "users.copy"
        changed = {"id": "('e' || substr(id::text, 2))::uuid", **{name: f"'copied ' || {name}" for name in
                                                                    ("external_id", "login", "login_key")}}
        with psycopg.connect(host=self.bench.socket, user="postgres", dbname="bailiwick") as connection:
            names = [name for name, in connection.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = 'bailiwick'"
                "   AND table_name = 'principal' AND is_generated = 'NEVER' ORDER BY ordinal_position").fetchall()]
            wanted = ", ".join(f"{changed[name]} AS {name}" if name in changed else name for name in names)
            with path.open("wb") as out, connection.cursor().copy(
                    f"COPY (SELECT {wanted} FROM bailiwick.principal p WHERE external_id LIKE '{word}-%'"
                    "        ORDER BY p.id) TO STDOUT") as rows:
                for row in rows:
                    out.write(row)
        copy = f"\\copy bailiwick.principal ({', '.join(names)}) from '{path}'"
        began = time.monotonic()
        subprocess.run([PROGRAMS / "psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-h", self.bench.socket, "-U", "postgres",
                        "-d", "bailiwick", "-c", copy], check=True)
        return self.users / (time.monotonic() - began)

    def round(self, word):
        rows = self.rows(word)
        job = self.begin("users", rows)
        self.bench.settled()
        before = self.resident()
        marks, most = self.load(job)
        self.growth.append(most - before)
        self.rates.append(self.users / marks[-1][0])
        self.tails.append(tenth(marks, 9) / tenth(marks, 0))
        self.bench.settled()
        self.copied.append(self.copy(word))
        self.bench.settled()
        again, _ = self.load(self.begin("users", rows))
        self.again.append(self.users / again[-1][0])
        self.bench.settled()

    def measure(self):
        for number in range(self.bench.size.rounds):
            self.round(f"round{number}")
            print(f"{self.users} users a second: imported {self.rates[-1]:.0f}, copied {self.copied[-1]:.0f},"
                  f" imported again {self.again[-1]:.0f}; last tenth by the first {self.tails[-1]:.2f};"
                  f" memory grew by {self.growth[-1]:.0f} MB", flush=True)
        return self

    def beside(self, ask):
        """What `ask` says while a job runs: it is given what says whether that goes on."""
        job = self.begin("users", self.rows("beside"))
        self.bench.settled()
        self.call("POST", f"{job}/start")
        return ask(lambda: self.call("GET", job)["ended_at"] is None)


def tenth(marks, which):
    """Rows a second of that tenth of all rows, between what was seen of them since the first step began."""
    total = marks[-1][1]
    marks = marks[max(i for i, (_, count) in enumerate(marks) if count == 0):]

    def reached(count):
        for (began, had), (ended, has) in zip(marks, marks[1:]):
            if has >= count:
                return began + (ended - began) * (count - had) / max(has - had, 1)
        return marks[-1][0]
    return total / 10 / max(reached(total * (which + 1) / 10) - reached(total * which / 10), 1e-6)


def median_ratio(ours, theirs):
    return statistics.median(ours) / statistics.median(theirs)
