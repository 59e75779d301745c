"""Measures the service in a large estate and prints `figure NAME = VALUE, goal >= GOAL` for each figure asked for."""
import argparse
import contextlib
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import requests

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from imports import Imports, median_ratio  # noqa: E402
from moves import Moves  # noqa: E402
from opponents import PROGRAMS, Broken, Empty, PgBench, pipeline, rate_of, statement, wrk  # noqa: E402
from revoked import revoked_elsewhere  # noqa: E402
from suites import build_folder  # noqa: E402
from support.server import Server  # noqa: E402
from support.source import ROOT  # noqa: E402
from support.timing import Wire, status_of  # noqa: E402

PASSWORD = "a password for the bench alone"
PAGE = 50
# The service's own defaults.
HASH_MEMORY, HASH_PASSES, HASH_WORKERS = 19456, 2, 2
PEOPLE = 16


class Size:
    """How much is loaded, and how long is measured."""

    def __init__(self, quick):
        self.tenants, self.users = (1000, 3000) if quick else (100000, 300000)
        self.rounds, self.seconds, self.warm_up = (1, 1, 0) if quick else (5, 3, 2)
        self.imported = 2000 if quick else 100000
        self.changes = 20 if quick else 300
        self.moved = 1000 if quick else 100000  # users below the partner that moves
        self.connections = 8


def numbered(kind, number):
    """The id that tests/support/large_estate.sql gives."""
    return f"00000000-0000-7000-{kind}-{number:012}"


class Bench:
    """The service with its estate, and a machine that loads partner 1."""

    def __init__(self, build, size):
        self.build, self.size = build, size
        # On a machine at its limit the follower may wait longer for a processor than the lease allows.
        self.server = Server(trusted_proxies="", database_workers=size.connections, policy_lease=20,
                             hash_memory=HASH_MEMORY, hash_passes=HASH_PASSES, hash_workers=HASH_WORKERS)
        self.partner = numbered("8001", 1)
        self.people = []  # what they sign in with
        self.imports = self.moves = None

    def start(self):
        self.server.start()
        self.socket = re.search("host='([^']+)'", (self.server.folder / "data/conninfo").read_text())[1]
        self.load()
        self.client, self.secret = self.make_administrator()
        self.server.stop()
        self.server.start()
        self.sign_in()

    def sign_in(self):
        self.token = self.call("POST", "/oauth2/token", data={
            "grant_type": "client_credentials", "client_id": self.client, "client_secret": self.secret})["access_token"]

    def sign_in_administrator(self):
        self.admin = self.call("POST", "/v1/login", json={
            "login": "admin", "password": PASSWORD, "tenant": self.server.tenant_code})["access_token"]

    def settled(self):
        """Waits until the service has taken in what it or somebody else has put into the database."""
        with psycopg.connect(host=self.socket, user="postgres", dbname="bailiwick") as connection:
            [last] = connection.execute("SELECT max(revision) FROM bailiwick.policy_event").fetchone()
        deadline = time.monotonic() + 120
        while float(re.search(r"^bailiwick_policy_revision (\S+)", self.server.metrics(), re.M)[1]) < (last or 0):
            if time.monotonic() > deadline:
                raise Broken("the service does not follow")
            time.sleep(0.1)

    def load(self):
        began = time.monotonic()
        subprocess.run([PROGRAMS / "psql", "-Xq1", "-v", "ON_ERROR_STOP=1", "-h", self.socket, "-U", "postgres",
                        "-d", "bailiwick", "-v", f"tenants={self.size.tenants}", "-v", f"users={self.size.users}",
                        "-f", ROOT / "tests/support/large_estate.sql"], check=True)
        print(f"{self.size.tenants} tenants and {self.size.users} users loaded in {time.monotonic() - began:.1f} s")
        with psycopg.connect(host=self.socket, user="postgres", dbname="bailiwick", autocommit=True) as connection:
            connection.execute("VACUUM")  # else the server does, while something is measured
            self.low, self.first, self.last = connection.execute(
                "SELECT p.path, min(right(u.id::text, 12)::bigint), max(right(u.id::text, 12)::bigint)"
                "  FROM bailiwick.tenant p JOIN bailiwick.tenant t ON t.parent_id = p.id AND t.kind = 'customer'"
                "  JOIN bailiwick.principal u ON u.tenant_id = t.id WHERE p.id = %s GROUP BY p.path",
                [self.partner]).fetchone()

    def call(self, method, path, token=None, headers=None, timeout=30, **options):
        bearer = {"Authorization": f"Bearer {token}"} if token else {}
        reply = requests.request(method, self.server.url + path, headers=bearer | (headers or {}),
                                 timeout=timeout, **options)
        if not reply.ok:
            raise Broken(f"{method} {path}: {reply.status_code} {reply.text}")
        return reply.json() if reply.content else None

    def make_administrator(self):
        """A client of partner 1 that loads users, made by the first administrator of all."""
        self.call("POST", "/v1/invitations/accept", json={"token": self.server.token, "password": PASSWORD})
        token = self.call("POST", "/v1/login", json={
            "login": "admin", "password": PASSWORD, "tenant": self.server.tenant_code})["access_token"]
        self.wait_for_tenant(token)
        place = f"/v1/tenants/{self.partner}"
        made = self.call("POST", f"{place}/clients", token, json={"display_name": "bench"})
        for role in ("provisioner", "auditor"):
            self.call("POST", f"{place}/grants", token, json={
                "principal_id": made["client"]["id"], "role": role, "scope": "subtree"})
        return made["client"]["id"], made["client_secret"]

    def wait_for_tenant(self, token, seconds=60):
        """Until the service has followed the load."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self.call("GET", f"/v1/tenants/{self.partner}", token)
            except Broken:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def file(self, name, text):
        path = self.server.folder / name
        path.write_text(text)
        return path

    def wrk(self, path, seconds, script=None):
        return wrk(self.server.url + path, self.size.connections, seconds, self.token, script)

    def scope(self):
        """session_scope as the partner's administrator, and its variables."""
        ancestors = [self.low[:end] for end in range(9, len(self.low) + 1, 9)]
        variables = {"low": self.low, "high": f"{self.low}0", "ancestors": f"{{{','.join(ancestors)}}}",
                     "consents": "{}"}
        return statement("session_scope", [":low", ":high", ":ancestors", ":consents"]), variables

    def ratio(self, name, ours, theirs):
        """Both in turn, each warmed up once: median of ours over median of theirs."""
        if self.size.warm_up:
            ours(self.size.warm_up)
            theirs(self.size.warm_up)
        runs = [(ours(self.size.seconds), theirs(self.size.seconds)) for _ in range(self.size.rounds)]
        for kind, rates in zip(("service", "opponent"), zip(*runs)):
            print(f"{name} {kind}, a second: {' '.join(f'{rate:.0f}' for rate in rates)}", flush=True)
        return statistics.median(our for our, _ in runs) / statistics.median(their for _, their in runs)


def me_ratio(bench):
    with Empty(bench.build, bench.size.connections) as empty:
        return bench.ratio("me_ratio", lambda seconds: bench.wrk("/v1/me", seconds),
                           lambda seconds: wrk(empty.url, bench.size.connections, seconds))


def user_get_ratio(bench):
    scope, variables = bench.scope()
    variables |= {"first": bench.first, "last": bench.last}
    ids = "('00000000-0000-7000-8002-' || lpad(:n, 12, '0'))::uuid"
    script = bench.file("user_get.sql", pipeline(scope, statement("user_get", [ids]),
                                                 before="\\set n random(:first, :last)\n"))
    lua = bench.file("user_get.lua", f"""
local seeds = 0
function setup(thread) seeds = seeds + 1; thread:set("seed", seeds) end
function init() math.randomseed(seed * 7919) end
function request()
  local number = math.random({bench.first}, {bench.last})
  return wrk.format(nil, string.format("/v1/users/00000000-0000-7000-8002-%012d", number))
end
""")
    peer = PgBench(bench.socket, script, variables)
    return bench.ratio("user_get_ratio", lambda seconds: bench.wrk("", seconds, lua),
                       lambda seconds: peer.run(bench.size.connections, seconds))


def user_page_ratio(bench):
    scope, variables = bench.scope()
    variables |= {"after_id": "00000000-0000-0000-0000-000000000000", "most": PAGE + 1}
    page = statement("user_list", [":low", ":high", ":low", ":after_id", "NULL", "NULL", "NULL", ":most"])
    script = bench.file("user_list.sql", pipeline(scope, statement("session_custom_plan", []), page))
    peer = PgBench(bench.socket, script, variables)
    path = f"/v1/tenants/{bench.partner}/users?scope=subtree&limit={PAGE}"
    return bench.ratio("user_page_ratio", lambda seconds: bench.wrk(path, seconds),
                       lambda seconds: peer.run(bench.size.connections, seconds))


# Who can do it and what they can do, as one who knows SQL asks: of live grants on the line, of who may act.
WHO_CAN = """
SELECT g.id, grant_view(g, r.name, current_setting('bailiwick.low')) AS body, p.id, p.kind, p.tenant_id
  FROM "grant" g
  JOIN role r ON r.id = g.role_id AND r.tenant_path = g.role_path
  JOIN principal p ON p.id = g.principal_id AND p.tenant_path = g.principal_path
 WHERE g.tenant_path = ANY (:line::text[]) AND (g.reach = 'subtree' OR g.tenant_path = :place)
   AND :permission = ANY (r.permissions) AND p.state = 'active'
   AND (g.not_before IS NULL OR g.not_before <= now()) AND (g.expires_at IS NULL OR g.expires_at > now())
   AND NOT EXISTS (SELECT FROM tenant t WHERE t.path = ANY (:line::text[]) AND starts_with(p.tenant_path, t.path)
                                          AND t.state <> 'active')
 ORDER BY g.id LIMIT :most;
"""
WHAT_CAN = """
SELECT g.id, grant_view(g, r.name, current_setting('bailiwick.low')) AS body, r.permissions
  FROM principal p
  JOIN "grant" g ON g.principal_id = p.id AND g.principal_path = p.tenant_path
  JOIN role r ON r.id = g.role_id AND r.tenant_path = g.role_path
 WHERE p.id = :user AND p.state = 'active' AND g.tenant_path >= :low AND g.tenant_path < :high
   AND (g.not_before IS NULL OR g.not_before <= now()) AND (g.expires_at IS NULL OR g.expires_at > now())
   AND NOT EXISTS (SELECT FROM tenant t WHERE t.path = ANY (:line::text[]) AND t.state <> 'active')
 ORDER BY g.tenant_path, g.id LIMIT :most;
"""


# Everybody audits their home, and every third person provisions it: with the administrators half a million grants. The
# customer in question has a hundred people more.
CROWD = """
SET session_replication_role = replica;
INSERT INTO principal (id, tenant_id, tenant_path, tenant_boundary, kind, state, login, login_key, display_name, name_key)
SELECT gen_random_uuid(), t.id, t.path, t.boundary, 'user', 'active', 'crowd' || n, 'crowd' || n, 'Crowd', 'crowd'
  FROM tenant t, generate_series(1, 100) n WHERE t.id = '{place}';
INSERT INTO "grant" (id, tenant_id, tenant_path, tenant_boundary, principal_id, principal_path, role_id, role_path, reach)
SELECT gen_random_uuid(), p.tenant_id, p.tenant_path, p.tenant_boundary, p.id, p.tenant_path, r.id, r.tenant_path, 'self'
  FROM principal p JOIN role r ON r.builtin AND (r.name = 'auditor' OR (r.name = 'provisioner' AND hashtext(p.id::text) % 3 = 0))
 WHERE p.kind = 'user';
RESET session_replication_role;
UPDATE installation SET policy_epoch = gen_random_uuid();
VACUUM ANALYZE principal, "grant";
"""


def crowded(bench):
    """A customer of partner 1 with its crowd, made once: (id, path, somebody in it)."""
    with psycopg.connect(host=bench.socket, user="postgres", dbname="bailiwick", autocommit=True,
                         options="-c search_path=bailiwick") as connection:
        place, path = connection.execute("SELECT id, path FROM tenant WHERE parent_id = %s AND kind = 'customer'"
                                         " ORDER BY path LIMIT 1", [bench.partner]).fetchone()
        find = "SELECT min(id::text) FROM principal WHERE tenant_id = %s AND login LIKE 'crowd%%'"
        if not connection.execute(find, [place]).fetchone()[0]:
            for part in CROWD.format(place=place).split(";\n")[:-1]:
                connection.execute(part)
        user = connection.execute(find, [place]).fetchone()[0]
    deadline = time.monotonic() + 60
    while len(bench.call("GET", access_of(place), bench.token)["items"]) < PAGE:
        if time.monotonic() > deadline:
            raise Broken("the service has not followed the crowd")
        time.sleep(0.2)
    return place, path, user


def access_of(place):
    return f"/v1/tenants/{place}/access?permission=user:read&limit={PAGE}"


def line_of(bench, path):
    """The paths from the partner down to there, as PostgreSQL takes them."""
    return f"{{{','.join(path[:end] for end in range(len(bench.low), len(path) + 1, 9))}}}"


def who_can_ratio(bench):
    place, path, _ = crowded(bench)
    scope, variables = bench.scope()
    variables |= {"line": line_of(bench, path), "place": path, "permission": "user:read",
                  "most": PAGE + 1}
    script = bench.file("who_can.sql", pipeline(scope, statement("session_custom_plan", []), WHO_CAN))
    peer = PgBench(bench.socket, script, variables)
    return bench.ratio("who_can_ratio", lambda seconds: bench.wrk(access_of(place), seconds),
                       lambda seconds: peer.run(bench.size.connections, seconds))


def what_can_ratio(bench):
    _, path, user = crowded(bench)
    scope, variables = bench.scope()
    variables |= {"user": user, "line": line_of(bench, path), "most": PAGE + 1}
    script = bench.file("what_can.sql", pipeline(scope, statement("session_custom_plan", []), WHAT_CAN))
    peer = PgBench(bench.socket, script, variables)
    asked = f"/v1/users/{user}/permissions?limit={PAGE}"
    return bench.ratio("what_can_ratio", lambda seconds: bench.wrk(asked, seconds),
                       lambda seconds: peer.run(bench.size.connections, seconds))


def login_script(bench):
    """For wrk: people of partner 1 who sign in with the right password, one after the other."""
    if not bench.people:
        code = bench.call("GET", f"/v1/tenants/{bench.partner}", bench.token)["code"]
        for number in range(PEOPLE):
            user = bench.call("POST", f"/v1/tenants/{bench.partner}/users", bench.token, json={"login": f"person{number}"})
            token = bench.call("POST", f"/v1/users/{user['id']}/invite", bench.token)["token"]
            bench.call("POST", "/v1/invitations/accept", json={"token": token, "password": PASSWORD})
            bench.people.append(json.dumps({"login": user["login"], "password": PASSWORD, "tenant": code}))
    bodies = ",".join(f"[[{body}]]" for body in bench.people)
    return bench.file("login.lua", f"""
local bodies, number = {{{bodies}}}, 0
wrk.method, wrk.headers["Content-Type"] = "POST", "application/json"
function request()
  number = number + 1
  return wrk.format(nil, "/v1/login", nil, bodies[number % #bodies + 1])
end
""")


def bare_hashes(bench, seconds):
    """Argon2id alone, by as many threads as the service has for it."""
    argv = [bench.build / "bench_crypto_hash", HASH_WORKERS, HASH_MEMORY, HASH_PASSES, seconds]
    return rate_of(argv, r"([\d.]+) hashes a second")


def logins_ratio(bench):
    script = login_script(bench)
    return bench.ratio("logins_ratio", lambda seconds: wrk(bench.server.url, bench.size.connections, seconds, script=script),
                       lambda seconds: bare_hashes(bench, seconds))


class Flood:
    """As many logins as fill the hash lane and its queue, without a pause."""

    CONNECTIONS = 64

    def __init__(self, bench, script, seconds):
        self.bench = bench
        argv = ["wrk", "-t1", f"-c{self.CONNECTIONS}", f"-d{seconds}", "--timeout", "30s", "-s", script, bench.server.url]
        self.process = subprocess.Popen([str(word) for word in argv], stdout=subprocess.DEVNULL)

    def __enter__(self):
        deadline = time.monotonic() + 20
        while self.waiting() < self.CONNECTIONS / 2:
            if time.monotonic() > deadline:
                raise Broken("the flood does not fill the lane")
            time.sleep(0.05)
        return self

    def waiting(self):
        return int(re.search(r'lane_waiting{lane="hash"} (\d+)', self.bench.server.metrics())[1])

    def __exit__(self, *_):
        full = self.waiting() >= self.CONNECTIONS / 2
        self.process.terminate()
        self.process.wait()
        if not full:
            raise Broken("the flood ended before what was measured beside it")


@contextlib.contextmanager
def elsewhere():
    """The client as if it had a machine of its own, where it may: it waits for the service and for no processor."""
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def p99_us(bench, seconds, goes_on=None):
    """Of GET /v1/me over one kept connection, asked as somebody would who waits a little between two; for so many seconds,
    and again while `goes_on` says so."""
    with elsewhere():
        times = times_of_me(bench, seconds)
        while goes_on and goes_on():
            times += times_of_me(bench, seconds)
    return 1e6 * sorted(times)[len(times) * 99 // 100]


def times_of_me(bench, seconds):
    request = f"GET /v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {bench.token}\r\n\r\n".encode()
    wire, times, deadline = Wire(bench.server.port), [], time.monotonic() + seconds
    while time.monotonic() < deadline:
        taken, head, _ = wire.ask(request)
        if status_of(head) != 200:
            raise Broken(f"GET /v1/me: {head[:40]}")
        times.append(taken)
        time.sleep(0.002)
    wire.close()
    return times


def me_p99_under_flood_ratio(bench):
    script = login_script(bench)
    idle, flooded = [], []
    if bench.size.warm_up:
        p99_us(bench, bench.size.warm_up)
    for _ in range(bench.size.rounds):
        idle.append(p99_us(bench, bench.size.seconds))
        with Flood(bench, script, bench.size.seconds + 30):
            flooded.append(p99_us(bench, bench.size.seconds))
    for kind, values in (("idle", idle), ("flooded", flooded)):
        print(f"me_p99 {kind}, us: {' '.join(f'{value:.0f}' for value in values)}", flush=True)
    return statistics.median(flooded) / statistics.median(idle)


def change_applied_p99_ms(bench):
    """From sending a change to its reply, which waits until the change is applied in this process."""
    times = []
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {bench.token}"
        for number in range(bench.size.changes):
            began = time.monotonic()
            reply = session.post(f"{bench.server.url}/v1/tenants/{bench.partner}/users", timeout=30,
                                 json={"login": f"bench{number}"})
            times.append((time.monotonic() - began) * 1000)
            if reply.status_code != 201 or "Policy-Revision" not in reply.headers:
                raise Broken(f"POST users: {reply.status_code} {reply.text}")
    times.sort()
    print(f"change_applied: {len(times)} changes, median {statistics.median(times):.2f} ms")
    return times[len(times) * 99 // 100]


def revoked_p99_ms(bench):
    times = revoked_elsewhere(bench)
    print(f"revoked elsewhere: {len(times)} times, median {statistics.median(times):.2f} ms")
    return times[len(times) * 99 // 100]


def policy_load_seconds(bench):
    """What the start of a process waits for."""
    loads = re.findall(r"policy loaded at revision \d+ in (\d+) ms", bench.server.logged())
    return int(loads[-1]) / 1000


def decision_ns(bench):
    done = subprocess.run([bench.build / "bench_pdp_decide", str(bench.size.tenants), "3"], capture_output=True,
                          text=True, check=True)
    print(done.stdout, end="")
    return statistics.median(map(float, re.findall(r"([\d.]+) ns a check", done.stdout)))


def token_again_us(bench):
    """A token that was verified before, with what the gate asks of the snapshot for each request: the least of the rounds,
    for what a neighbour does to the caches can only add to it."""
    done = subprocess.run([bench.build / "bench_authn_token"], capture_output=True, text=True, check=True)
    print(done.stdout, end="")
    return min(map(float, re.findall(r"([\d.]+) us a check again", done.stdout)))


def imports(bench):
    """Measured once for all figures of it."""
    if bench.imports is None:
        bench.imports = Imports(bench).measure()
    return bench.imports


def import_copy_ratio(bench):
    return median_ratio(imports(bench).rates, imports(bench).copied)


def import_tail_ratio(bench):
    return statistics.median(imports(bench).tails)


def import_memory_mb(bench):
    """The most of all rounds."""
    return max(imports(bench).growth)


def reimport_ratio(bench):
    return median_ratio(imports(bench).again, imports(bench).rates)


def import_me_p99_ratio(bench):
    """The whole of one import beside as long without one."""
    bench.sign_in()
    seconds = bench.size.seconds
    idle = statistics.median(p99_us(bench, seconds) for _ in range(bench.size.rounds))
    beside = imports(bench).beside(lambda goes_on: p99_us(bench, seconds, goes_on))
    print(f"me_p99 idle, us: {idle:.0f}, beside an import: {beside:.0f}", flush=True)
    return beside / idle


def moves(bench):
    """Measured once for all figures of it: partner 1 with its tenth of the customers and a crowd of users, below another partner
    and back; beside each move by the service GET /v1/me is asked, which is answered from the snapshot alone."""
    if bench.moves is None:
        bench.moves = Moves(bench, numbered("8001", 2), lambda goes_on: p99_us(bench, 0.2, goes_on)).measure()
    return bench.moves


def move_ratio(bench):
    return median_ratio(moves(bench).ours, moves(bench).theirs)


def move_me_p99_ratio(bench):
    beside = moves(bench).beside
    bench.sign_in()
    idle = [p99_us(bench, bench.size.seconds) for _ in range(bench.size.rounds)]
    for kind, values in (("idle", idle), ("beside a move", beside)):
        print(f"me_p99 {kind}, us: {' '.join(f'{value:.0f}' for value in values)}", flush=True)
    return statistics.median(beside) / statistics.median(idle)


def memory_mb(bench):
    """Resident, of the service's process alone, when it has served all that was measured before."""
    bench.wrk("/v1/me", bench.size.seconds)
    status = Path(f"/proc/{bench.server.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024


# name -> how it is measured, and its goal where the specification sets one
FIGURES = {
    "me_ratio": (me_ratio, ">= 0.5"),
    "user_get_ratio": (user_get_ratio, ">= 0.4"),
    "user_page_ratio": (user_page_ratio, ">= 0.5"),
    "logins_ratio": (logins_ratio, ">= 0.9"),
    "me_p99_under_flood_ratio": (me_p99_under_flood_ratio, "<= 2"),
    "change_applied_p99_ms": (change_applied_p99_ms, "<= 100"),
    "revoked_p99_ms": (revoked_p99_ms, "<= 100"),
    "import_copy_ratio": (import_copy_ratio, ">= 0.25"),
    "import_tail_ratio": (import_tail_ratio, ">= 0.9"),
    "import_memory_mb": (import_memory_mb, "<= 64"),
    "reimport_ratio": (reimport_ratio, ">= 3"),
    "import_me_p99_ratio": (import_me_p99_ratio, "<= 2"),
    "move_ratio": (move_ratio, "<= 1.5"),
    "move_me_p99_ratio": (move_me_p99_ratio, "<= 2"),
    "policy_load_seconds": (policy_load_seconds, None),
    "decision_ns": (decision_ns, None),
    "token_again_us": (token_again_us, "<= 2"),
    "memory_mb": (memory_mb, "<= 200"),
    "who_can_ratio": (who_can_ratio, ">= 0.5"),
    "what_can_ratio": (what_can_ratio, ">= 0.5"),
}


def build():
    """In the folder where tests/run has built the same."""
    folder = build_folder("plain")
    configure = ["cmake", "-S", ROOT, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=RelWithDebInfo",
                 "-DBAILIWICK_SANITIZE="]
    for argv in (configure, ["ninja", "-C", folder, "bailiwick", "bench_http_empty", "bench_pdp_decide",
                                               "bench_crypto_hash", "bench_authn_token"]):
        done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            raise Broken(done.stdout)
    return folder


def measure(names, size):
    folder = build()
    os.environ["TEST_BUILD"] = str(folder)
    bench = Bench(folder, size)
    try:
        bench.start()
        for name in names:
            how, goal = FIGURES[name]
            value = how(bench)
            print(f"figure {name} = {value:.3g}" + (f", goal {goal}" if goal else ", no goal"), flush=True)
        bench.server.stop()
    finally:
        bench.server.close()


def stopped(number, _frame):
    raise SystemExit(f"stopped by {signal.Signals(number).name}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="tiny sizes: shows that it works, and no more")
    parser.add_argument("name", nargs="*", help=", ".join(FIGURES))
    arguments = parser.parse_args()
    unknown = [name for name in arguments.name if name not in FIGURES]
    if unknown:
        parser.error(f"no such figure: {', '.join(unknown)} (there are {', '.join(FIGURES)})")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stopped)
    # What an estate remembers of the runs before is measured last.
    names = [name for name in FIGURES if not arguments.name or name in arguments.name]
    try:
        measure(names, Size(arguments.quick))
    except (Broken, requests.RequestException, subprocess.CalledProcessError) as reason:
        print(f"tests/bench/run: {reason}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
