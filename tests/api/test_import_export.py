"""What was exported changes nothing when it is imported, and makes the same elsewhere, whatever it says."""
import random

import pytest

from support.importing import grant, installed, tenant, user
from support.jobs import Jobs, id_of

SIGNS = "=", "+", "-", "@", "'", '"', ",", ";", "[", "]", "\\N", "\\", "{}", "a", "Ångström", "漢字", "null"
PIECES = *SIGNS, "😀", "x y"  # of no login
KINDS = "tenants", "users", "groups", "memberships", "grants"
TABLES = "tenant", "principal", "membership", '"grant"'
MANY = 60


@pytest.fixture(scope="module", name="at")
def installation():
    with installed() as made:
        made.provider = made.admin.get("/v1/me").json()["tenant_id"]
        yield made


def text(chance, unique="", pieces=PIECES):
    return "".join(chance.choice(pieces) for _ in range(chance.randint(1, 5))) + unique


def absent_or(chance, **member):
    return member if chance.random() < 0.6 else {}


def some_group(chance, home, n):
    return {"kind": "group", "tenant_external_id": home, "display_name": text(chance, f"n{n}"),
            **absent_or(chance, external_id=text(chance, f"g{n}")), **absent_or(chance, state="suspended")}


def in_group(group):
    """Of a row of a membership, all but who is in it."""
    known = "external_id" if "external_id" in group else "display_name"
    return {"kind": "membership", known: group[known], "tenant_external_id": group["tenant_external_id"]}


def some_rows(chance):
    """Rows of every kind with values that mean something to somebody on their way."""
    tenants = [text(chance, f"t{n}") for n in range(5)]
    rows = [tenant(name, name=text(chance)) for name in tenants]
    groups = {home: some_group(chance, home, n) for n, home in enumerate(tenants)}
    rows += groups.values()
    for n in range(MANY):
        at = {"home": chance.choice(tenants)} if chance.random() < 0.8 else {}
        addresses = [text(chance, str(i)) for i in range(chance.randint(0, 3))]
        made = user(text(chance, f"u{n}"), login=text(chance, f"l{n}", SIGNS), **at,
                    **absent_or(chance, display_name=text(chance)), **absent_or(chance, email=f"+{n}=a@a.example"),
                    **absent_or(chance, dialling_addresses=addresses))
        known = chance.choice([("user_external_id", "external_id"), ("user_login", "login")])
        if "login" in known:
            del made["external_id"]
        rows.append(made)
        if at:
            rows.append({**grant(None, at["home"], **absent_or(chance, reason=text(chance)),
                                 **absent_or(chance, expires_at="2099-01-01T00:00:00Z")),
                         "user_tenant_external_id": at["home"]})
            del rows[-1]["user_external_id"]
            rows[-1][known[0]] = made[known[1]]
            if chance.random() < 0.5:
                rows.append(in_group(groups[at["home"]]) | {known[0]: made[known[1]]})
    return sorted(rows, key=lambda row: KINDS.index(row["kind"] + "s"))


class ByHand:
    """What is made beside the rows, without names that rows could give it."""

    def __init__(self, at, chance, top):
        self.api, self.chance, self.top = at.admin, chance, top

    def tenant(self, above, kind, **more):
        body = {"parent_id": above, "kind": kind, "name": text(self.chance), **more}
        return self.api.post("/v1/tenants", body, 201).json()["id"]

    def others(self, home):
        """A machine in a group, each with or without a name, and with a role at home."""
        ids = []
        for kind in ("clients", "groups"):
            body = {"display_name": text(self.chance), **absent_or(self.chance, external_id=text(self.chance))}
            made = self.api.post(f"/v1/tenants/{home}/{kind}", body, 201).json()
            ids.append(made.get("client", made)["id"])
            body = {"principal_id": ids[-1], "role": "viewer", "scope": "self"}
            self.api.post(f"/v1/tenants/{home}/grants", body, 201)
        self.api.post(f"/v1/groups/{ids[1]}/members", {"principal_id": ids[0]}, 201)

    def people(self, home, **more):
        """Some who live there, each with a role there or at a place below."""
        for n in range(2):
            made = self.api.post(f"/v1/tenants/{home}/users", {"login": text(self.chance, f"h{n}", SIGNS), **more}, 201).json()
            body = {"principal_id": made["id"], "role": "viewer", "scope": self.chance.choice(["self", "subtree"])}
            self.api.post(f"/v1/tenants/{home}/grants", body, 201)
            more = {}
        self.others(home)

    def all(self, names):
        nameless = self.tenant(self.top, "partner")
        below = [self.tenant(nameless, "customer", **absent_or(self.chance, external_id=text(self.chance, "below"))) for _ in range(2)]
        twice = [self.tenant(nameless, "customer", external_id=name) for name in self.chance.sample(names, 2)]
        like_an_id = self.tenant(self.top, "customer", external_id=f"id:{below[0]}")
        over = self.tenant(self.top, "partner", external_id=text(self.chance, "over"))
        under = self.tenant(over, "customer")
        for home in (nameless, *below, *twice, like_an_id, over, under):
            self.people(home, **absent_or(self.chance, external_id=self.chance.choice([text(self.chance), f"id:{home}"])))
        self.api.post(f"/v1/tenants/{over}/terminate")


def exported(at, name, form, **more):
    """What stands at the partner of that name and below, with HERE for that name."""
    path, query = f"/v1/tenants/{id_of(at, name)}/exports", {"format": form, "scope": "subtree", **more}
    return {kind: at.admin.get(f"{path}/{kind}", params=query).content.replace(name.encode(), b"HERE") for kind in KINDS}


def load(at, name, kind, form, content):
    report = Jobs(at.admin, id_of(at, name)).load(content.replace(b"HERE", name.encode()), kind=kind, format=form)
    return report, content.count(b"\n") - (form == "csv")


@pytest.fixture(scope="module", name="partner")
def a_partner_of_odd_names(at):
    seed = random.randrange(1 << 32)
    print("seed", seed)
    name, rows = at.word("partner"), some_rows(random.Random(seed))
    Jobs(at.admin, at.provider).load([tenant(name, "partner")]).is_clean(created=1)
    made = Jobs(at.admin, id_of(at, name)).load(rows)
    assert not made.refused, [(rows[line - 1], made.results[line]["message"]) for line in made.refused]
    names = [row["external_id"] for row in rows if row["kind"] == "tenant"]
    ByHand(at, random.Random(seed), id_of(at, name)).all(names)
    return name


@pytest.mark.parametrize("form", ["ndjson", "csv"])
def test_an_import_of_the_export_changes_nothing(at, partner, form):
    before = at.digest(TABLES)
    for kind, content in exported(at, partner, form).items():
        report, count = load(at, partner, kind, form, content)
        report.is_clean(unchanged=count)
    assert at.digest(TABLES) == before


@pytest.mark.parametrize("form", ["ndjson", "csv"])
def test_an_import_elsewhere_makes_the_same(at, partner, form):
    name, other = at.word("partner"), "csv" if form == "ndjson" else "ndjson"
    Jobs(at.admin, at.provider).load([tenant(name, "partner")]).is_clean(created=1)
    for kind, content in exported(at, partner, form, importable="true").items():
        report, count = load(at, name, kind, form, content)
        report.is_clean(created=count)
    wanted = exported(at, partner, other, importable="true")
    for kind, content in exported(at, name, other).items():
        assert sorted(content.splitlines()) == sorted(wanted[kind].splitlines())


def test_an_import_elsewhere_finds_nothing_under_an_id(at, partner):
    """What has no other name changes nothing where it does not stand."""
    name = at.word("partner")
    Jobs(at.admin, at.provider).load([tenant(name, "partner")]).is_clean(created=1)
    for kind, content in exported(at, partner, "ndjson").items():
        only_here = b"".join(line + b"\n" for line in content.splitlines() if b'"id:' in line)
        report, count = load(at, name, kind, "ndjson", only_here)
        assert count > 0 and report.counts == {"refused": count}
        assert {code for code, _ in report.refused.values()} == {"not_found"}
