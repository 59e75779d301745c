"""Moves a partner with all below it by the API, and by the same UPDATE in psql, in turn; and its rows in tables without keys."""
import statistics
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
from opponents import PROGRAMS

# As the service says it, of a tenant and its new parent.
MOVE = """UPDATE bailiwick.tenant t SET parent_id = p.id, parent_path = p.path, parent_boundary = p.boundary
            FROM bailiwick.tenant p WHERE t.id = '{}' AND p.id = '{}'"""
CROWD = """SET session_replication_role = replica;
INSERT INTO bailiwick.principal (id, tenant_id, tenant_path, tenant_boundary, kind, state, login, login_key, display_name, name_key)
SELECT gen_random_uuid(), t.id, t.path, t.boundary, 'user', 'active', 'crowd' || n, 'crowd' || n, 'Crowd', 'crowd'
  FROM generate_series(1, {}) n
  JOIN (SELECT id, path, boundary, row_number() OVER (ORDER BY path) AS place, count(*) OVER () AS places
          FROM bailiwick.tenant WHERE starts_with(path, '{}/')) t ON t.place = 1 + n % t.places;
UPDATE bailiwick.installation SET policy_epoch = gen_random_uuid();
RESET session_replication_role;
ANALYZE bailiwick.principal"""
BARE = """CREATE TABLE bare_tenant AS SELECT id, path, boundary, name FROM bailiwick.tenant WHERE starts_with(path, '{0}');
CREATE TABLE bare_principal AS SELECT id, tenant_id, tenant_path, login, display_name FROM bailiwick.principal
 WHERE starts_with(tenant_path, '{0}');
CREATE TABLE bare_grant AS SELECT id, tenant_id, tenant_path, principal_path, role_path FROM bailiwick."grant"
 WHERE starts_with(tenant_path, '{0}')"""
BARE_MOVE = """BEGIN; UPDATE bare_tenant SET path = '/moved' || path; UPDATE bare_principal SET tenant_path = '/moved' || tenant_path;
UPDATE bare_grant SET tenant_path = '/moved' || tenant_path, principal_path = '/moved' || principal_path; COMMIT"""


class Moves:
    """Some rounds, each there and back: once by the service and once by psql, which takes which way changing with the round."""

    def __init__(self, bench, elsewhere, asked):
        """`asked` gives the p99 of what is asked as long as it is told to go on."""
        self.bench, self.elsewhere, self.asked = bench, elsewhere, asked
        self.ours, self.theirs, self.bare, self.beside = [], [], [], []
        with self.connect() as connection:
            [users] = connection.execute("SELECT count(*) FROM bailiwick.principal WHERE starts_with(tenant_path, %s)",
                                         [bench.low]).fetchone()
            connection.execute(CROWD.format(max(bench.size.moved - users, 0), bench.low))
            connection.execute(BARE.format(bench.low))
            [self.top] = connection.execute("SELECT id::text FROM bailiwick.tenant WHERE kind = 'provider'").fetchone()
        with self.connect(autocommit=True) as connection:
            connection.execute("VACUUM")

    def connect(self, **more):
        return psycopg.connect(host=self.bench.socket, user="postgres", dbname="bailiwick", **more)

    def by_service(self, parent):
        path = f"/v1/tenants/{self.bench.partner}/move"
        self.bench.sign_in_administrator()
        plan = self.bench.call("POST", path, self.bench.admin, json={"parent_id": parent, "dry_run": True})
        print(f"plan: {plan['rows']}, {plan['grants_ended']} grants end")
        self.bench.sign_in()

        def move():
            began = time.monotonic()
            self.bench.call("POST", path, self.bench.admin, json={"parent_id": parent, "plan": plan["plan"]}, timeout=600)
            return time.monotonic() - began
        with ThreadPoolExecutor(1) as other:
            moving = other.submit(move)
            self.beside.append(self.asked(lambda: not moving.done()))
            self.ours.append(moving.result())

    def by_psql(self, statement, into):
        began = time.monotonic()
        subprocess.run([PROGRAMS / "psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-h", self.bench.socket, "-U", "postgres",
                        "-d", "bailiwick", "-c", statement], check=True)
        into.append(time.monotonic() - began)

    def measure(self):
        for number in range(self.bench.size.rounds):
            there, back = (self.elsewhere, self.top)
            if number % 2:
                self.by_psql(MOVE.format(self.bench.partner, there), self.theirs)
                self.bench.settled()
                self.by_service(back)
            else:
                self.by_service(there)
                self.by_psql(MOVE.format(self.bench.partner, back), self.theirs)
            self.bench.settled()
            self.by_psql(BARE_MOVE, self.bare)
            print(f"move, seconds: service {self.ours[-1]:.2f}, psql {self.theirs[-1]:.2f}, bare tables {self.bare[-1]:.2f}",
                  flush=True)
        print(f"move by bare tables: {statistics.median(self.ours) / statistics.median(self.bare):.1f}")
        return self
