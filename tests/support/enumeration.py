"""What a login, or a forgotten password, says of an account, and how long it takes to: as of one that does not exist."""
import collections
import contextlib
import itertools
import json
import re

from support.client import Client, code
from support.contract import Document
from support.estate import PASSWORD, Estate, unique
from support.server import Server, free_port
from support.timing import LIMIT, Wire, interleaved, status_of, trimmed, welch

# Of one account before the next is taken: well below what ends a password, or makes it wait.
TRIES = 30
# Tries of all kinds together from which on their times say something.
ENOUGH = 20000
# Of each kind, where it is that bound that is asked about.
LONG = 1000
WRONG = "not the one that it is"
# The cost of the dearest that were imported, of bcrypt; the others take about as long. 12 is usual, and for the patient.
DEAREST = 7
# What takes about as long as one of 2^cost in bcrypt (server/crypto/foreign.c).
ROUNDS_SHA256, ROUNDS_SHA512, WORK_ARGON2 = 160, 64, 64


def bcrypt(cost):
    return f"$2b${cost:02}${'a' * 53}"


def django(digest, rounds):
    return f"pbkdf2_{digest}${rounds}${'a' * 12}${'A' * 43}="


def argon2(memory, passes=1, lanes=1):
    return f"$argon2id$v=19$m={memory},t={passes},p={lanes}${'A' * 22}${'A' * 43}"


def dear_argon2(cost, lanes=1):
    """As much memory as a hash may have, from which on only more passes make it dearer."""
    memory = min(WORK_ARGON2 * 2 ** cost // 4, 65536)
    return argon2(memory, WORK_ARGON2 * 2 ** cost // memory, lanes)


# kind -> the hash of that cost, which WRONG does not fit
IMPORTED = {
    "imported, bcrypt": lambda cost: bcrypt(5),
    "imported, dear bcrypt": bcrypt,
    "imported, PBKDF2": lambda cost: django("sha256", 1000),
    "imported, dear PBKDF2": lambda cost: django("sha256", ROUNDS_SHA256 << cost),
    "imported, dear PBKDF2 with SHA-512": lambda cost: django("sha512", ROUNDS_SHA512 << cost),
    "imported, Argon2": lambda cost: argon2(64),
    "imported, dear Argon2": dear_argon2,
    "imported, Argon2 of four lanes": lambda cost: dear_argon2(cost, 4),
}
# Kinds that end in 401; and those that are beyond the limit of attempts, and wait.
KINDS = ("wrong password", "suspended", "suspended, right password", "terminated", "no password", "unknown tenant",
         "cheaper hash", "dearer hash", *IMPORTED, "second factor", "beyond its tenant's limit", "outside the networks, right password")
BASE = "unknown name"
LOCKED, LOCKED_BASE = "locked", "locked unknown name"
# Whoever forgot their password: the account is one of those above, and every answer is 202.
# Of our own, which WRONG does not fit either: half and twice the cost of settings().
CHEAPER, DEARER = argon2(4096), argon2(16384)
FORGOT = {f"forgotten by: {kind}": kind for kind in ("wrong password", "suspended", "terminated", "no password")}
FORGOT_BASE = "forgotten by: unknown name"
# kind -> the one that it is held against
AGAINST = {**dict.fromkeys(KINDS, BASE), LOCKED: LOCKED_BASE, **dict.fromkeys(FORGOT, FORGOT_BASE)}
addresses = (f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}" for n in itertools.count(1 << 20))
# What differs between any two replies: an id, the clock, the seconds to wait.
OWN = re.compile(rb'(?im)^(x-request-id|date|retry-after): [^\r\n]*|"request_id":"[^"]*"')


def slot(dearest):
    """Milliseconds that are to one of that cost what the setting's 1200 are to 12; but none in which our own would not fit."""
    return max(30, 1200 * 2 ** dearest // 2 ** 12)


def settings(dearest=DEAREST):
    """Of a server that is asked this much: cheap hashes, wide limits, none of a tenant, an address a try."""
    return {"refusal_time": slot(dearest), "hash_memory": 8192, "hash_passes": 1, "account_attempts": 100,
            "address_attempts": 100000, "tenant_attempts": 0, "trusted_proxies": "127.0.0.1", "policy_lease": 15, "log_level": "warn", "session_time": 86400}


@contextlib.contextmanager
def accounts(samples, dearest=DEAREST):
    """Accounts for so many tries of each kind, at a server that sends mails: to a mail server that is not there."""
    server = Server(**settings(dearest))
    try:
        made = Accounts(Estate(server.start(), Document()), samples, dearest)
        server.stop()
        server.settings |= {"smtp_url": f"smtp://127.0.0.1:{free_port()}", "smtp_from": "service@example.com"}
        server.start()
        yield made
        server.stop()
    finally:
        server.close()


class Accounts:
    """Accounts of each kind in one tenant, enough for so many tries of each; their logins all have one length."""

    def __init__(self, estate, samples, dearest):
        self.estate, self.samples, self.dearest = estate, samples, dearest
        estate.tenants |= {name: estate.new_tenant(name=unique(name)) for name in ("tried", "narrow", "strict")}
        self.tenant, self.narrow, self.strict = (estate.tenants[name]["code"] for name in ("tried", "narrow", "strict"))
        self.next = itertools.count(1)
        self.bodies = {BASE: self.several(lambda: (self.name(), WRONG)), **{kind: [] for kind in KINDS}}
        self.make()

    def name(self):
        return f"account{next(self.next):08}"

    def several(self, made):
        return [self.body(*made()) for _ in range(-(-self.samples // TRIES))]

    def body(self, login, password, tenant=None):
        return {"login": login, "password": password, "tenant": tenant or self.tenant}

    def person(self, after=None, tenant="tried"):
        """The login of somebody with a password, to whom `after` has been done."""
        login = self.name()
        user = self.estate.new_user(tenant, login, email=f"{login}@example.com")
        token = self.estate.invite(user["id"])
        Client(self.estate.server, self.estate.document).post("/v1/invitations/accept", {"token": token, "password": PASSWORD})
        if after:
            self.estate.admin.client.post(f"/v1/users/{user['id']}/{after}")
        return login

    def hashed(self, hash):
        """The login of somebody whose password was hashed so, elsewhere or when hashes were cheaper: until their next login."""
        login = self.person()
        self.estate.server.sql("UPDATE vault.credential c SET password_hash = '" + hash + "' FROM principal p"
                               f" WHERE p.id = c.principal_id AND p.login = '{login}'")
        return login

    def enrolled(self):
        """The login of somebody with a second factor."""
        login = self.person()
        client = Client(self.estate.server, self.estate.document)
        client.token = client.post("/v1/login", self.body(login, PASSWORD)).json()["access_token"]
        secret = client.post("/v1/me/totp", {"password": PASSWORD}).json()["secret"]
        client.post("/v1/me/totp/confirm", {"code": code(secret)})
        return login

    def invited(self, login):
        return self.estate.new_user("tried", login, email=f"{login}@example.com")["login"]

    def make(self):
        absent = "0" * len(self.tenant)
        self.bodies |= {
            "wrong password": self.several(lambda: (self.person(), WRONG)),
            "suspended": self.several(lambda: (self.person("suspend"), WRONG)),
            "suspended, right password": self.several(lambda: (self.person("suspend"), PASSWORD)),
            "terminated": self.several(lambda: (self.person("terminate"), PASSWORD)),
            "no password": self.several(lambda: (self.invited(self.name()), PASSWORD)),
            "unknown tenant": self.several(lambda: (self.name(), WRONG, absent)),
            "cheaper hash": self.several(lambda: (self.hashed(CHEAPER), WRONG)),
            "dearer hash": self.several(lambda: (self.hashed(DEARER), WRONG)),
            **{kind: self.several(lambda hash=hash: (self.hashed("foreign:" + hash(self.dearest)), WRONG))
               for kind, hash in IMPORTED.items()},
            "second factor": self.several(lambda: (self.enrolled(), WRONG)),
            "outside the networks, right password": self.several(lambda: (self.person(tenant="narrow"), PASSWORD, self.narrow)),
            "beyond its tenant's limit": self.several(lambda: (self.person(tenant="strict"), WRONG, self.strict)),
            LOCKED: [self.body(self.person(), WRONG)],
            LOCKED_BASE: [self.body(self.name(), WRONG)],
        }
        # Whoever is tried is elsewhere.
        for name, policy in (("narrow", {"networks": ["192.0.2.0/24"]}), ("strict", {"account_attempts": 3})):
            self.estate.admin.client.patch(f"/v1/tenants/{self.estate.id(name)}/security-policy", policy)
        for forgot, kind in {**FORGOT, FORGOT_BASE: BASE}.items():
            self.bodies[forgot] = [{"login": body["login"], "tenant": body["tenant"]} for body in self.bodies[kind]]

    def shut(self, wire):
        """Tries the two that shall be locked until they are."""
        for kind in (LOCKED, LOCKED_BASE):
            for _ in range(500):
                _, head, _ = wire.ask(self.request(kind, 0))
                if status_of(head) == 429:
                    break
            else:
                raise AssertionError("no limit of attempts is reached")

    def request(self, kind, number):
        """The `number`th try of that kind, from an address that has not been used."""
        bodies = self.bodies[kind]
        body = json.dumps(bodies[number % len(bodies)]).encode()
        # As long for every address: a longer request takes longer.
        path = "/v1/login" if "password" in bodies[0] else "/v1/password/forgot"
        head = (f"POST {path} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {next(addresses):<15}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n")
        return head.encode() + body


class Said:
    """The answers to each kind without what is each reply's own, how often each came, and what was no answer."""

    def __init__(self):
        self.answers = collections.defaultdict(collections.Counter)
        # Nobody's account makes the service unavailable for a moment: it says nothing of one.
        self.unavailable = collections.Counter()

    def add(self, kind, head, body):
        """Whether it is an answer."""
        if status_of(head) == 503:
            self.unavailable[kind] += 1
            return False
        self.answers[kind][OWN.sub(b"", head + b"\r\n\r\n" + body)] += 1
        return True

    def __getitem__(self, kind):
        return set(self.answers[kind])

    def differing(self):
        """The kinds with another answer than the account that does not exist, or with more than one."""
        return [kind for kind, base in AGAINST.items() if len(self[kind]) != 1 or self[kind] != self[base]]

    def lines(self):
        """What came how often to the kinds that differ and to what they are held against, and what was no answer."""
        differing = self.differing()
        for kind in dict.fromkeys([*differing, *(AGAINST[kind] for kind in differing)]):
            for reply, count in self.answers[kind].most_common():
                head, _, body = reply.partition(b"\r\n\r\n")
                yield f"{kind}: {count} times {head.splitlines()[0].decode()} {body.decode(errors='replace')}"
        for kind, count in self.unavailable.items():
            yield f"{kind}: {count} times not available, left out"


def try_all(tried, samples):
    """(kind -> times, what was said)"""
    wire = Wire(tried.estate.server.port)
    tried.shut(wire)
    times, said, counts = {}, Said(), collections.Counter()
    for kind in interleaved({*AGAINST, *AGAINST.values()}, samples):
        counts[kind] += 1
        seconds, head, body = wire.ask(tried.request(kind, counts[kind]))
        if said.add(kind, head, body):
            times.setdefault(kind, []).append(seconds)
    wire.close()
    return times, said


def figures(times):
    """kind -> (Welch's t against the account that does not exist, both lists of times); each pair is cut by itself."""
    found = {}
    for kind, base in AGAINST.items():
        pair = trimmed({kind: times[kind], base: times[base]})
        found[kind] = welch(pair[kind], pair[base]), pair[kind], pair[base]
    return found


def late(times, dearest):
    """kind -> how many of its answers did not leave with the first slot, where that is otherwise for the account that does not exist: no
    t says so, for the slowest are cut off."""
    after = {kind: sum(1000 * value > 1.5 * slot(dearest) for value in side) for kind, side in times.items()}
    return {kind: (after[kind], after[base]) for kind, base in AGAINST.items()
            if abs(after[kind] - after[base]) > max(5, len(times[kind]) // 50)}


def tells(said, worst, tries, late_ones=()):
    """Whether so many tries in all tell accounts apart: by a byte, or, when there are enough of them, by the largest t or by slots."""
    return bool(said.differing()) or (tries >= ENOUGH and (worst >= LIMIT or bool(late_ones)))
