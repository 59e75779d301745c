"""B16, B17, C3, D10: who sets a password, what a fresh installation holds, where sessions come from, and what compares secrets."""
import re

import pytest

from support import source
from support.server import Server

# Operations that take a password, and whose it is.
OWN = {"login": "whoever signs in", "changeMyPassword": "the caller", "acceptInvitation": "whoever was invited"}


def with_password():
    """operation -> the fields of its body that hold a password."""
    uses, tables = source.uses(), source.tables()
    found = {}
    for route in source.routes():
        fields = [field.name for table in uses[route.handler].bodies for field in tables[table].fields
                  if "password" in field.name and field.kind == "text"]
        if fields:
            found[route.operation] = (route, fields)
    return found


def test_b16_no_route_takes_a_password_for_somebody_else():
    """Whoever needs a permission over somebody gives them a one-time token; they choose."""
    for operation, (route, fields) in with_password().items():
        mine = "{id}" not in route.path or route.path.startswith("/v1/me/")
        own = route.permission in ("public", "self", "single") and mine
        assert own, f"{operation} takes {fields} under {route.permission}"
    assert OWN.keys() <= with_password().keys()


def test_b16_no_row_of_an_import_brings_a_password():
    """But the hash of one that is in use elsewhere, of somebody who has none here and whom the importer may invite."""
    rows = source.bare(source.ROOT / "server/import/row.c")
    assert set(re.findall(r"\b\w*(?:password|secret|hash)\w*\b", rows)) == {"password_hash"}
    assert {path for path, _ in calls_of("domain_user_adopt")} == {"server/domain/user.c", "server/import/user.c"}


def writers(table, *verbs):
    """The statements, and the migrations with what functions they make, that write it so."""
    words = "|".join({"INSERT": r"INSERT\s+INTO", "UPDATE": "UPDATE", "COPY": "COPY", "MERGE": r"MERGE\s+INTO"}[verb] for verb in verbs)
    found = set()
    for path in (source.ROOT / "sql").rglob("*.sql"):
        text = re.sub(r"--[^\n]*", "", path.read_text())
        if re.search(rf"(?:{words})\s+(?:ONLY\s+)?(?:bailiwick\.|vault\.)?\"?{table}\b", text, re.I):
            found.add(path.name)
    return found


def test_b16_a_password_is_written_by_whoever_has_it_or_as_it_was_elsewhere():
    """In functions of the database too."""
    dating = "session_create.sql"  # when they signed in
    assert writers("credential", "INSERT", "UPDATE", "COPY", "MERGE") == {
        "credential_set.sql", "credential_rehash.sql", "user_adopt.sql", dating}
    assert "password" not in (source.ROOT / "sql/query" / dating).read_text()


@pytest.fixture(name="fresh")
def fresh_installation():
    server = Server()
    yield server
    server.close()


def test_b17_a_fresh_installation_holds_no_credential(fresh):
    """One user without a password, and one token that expires, of which the database has a digest."""
    import psycopg
    fresh.start()
    socket = re.search("host='([^']+)'", (fresh.folder / "data/conninfo").read_text())[1]
    with psycopg.connect(host=socket, user="postgres", dbname="bailiwick") as connection:
        assert connection.execute("SELECT kind, state FROM bailiwick.principal").fetchall() == [("user", "invited")]
        assert connection.execute("SELECT count(*) FROM vault.credential").fetchone() == (0,)
        assert connection.execute("SELECT count(*), bool_and(expires_at > now()) FROM vault.invitation").fetchone() == (1, True)
        text = connection.execute("SELECT string_agg(i::text, ' ') FROM vault.invitation i").fetchone()[0]
    assert fresh.token and fresh.token not in text
    fresh.stop()


def calls_of(name):
    """The functions that call it: (file, function)."""
    found = []
    for path in sorted((source.ROOT / "server").rglob("*.c")):
        text = path.read_text()
        for match in re.finditer(rf"\b{name}\(", text):
            before = text[:match.start()]
            heads = re.findall(r"^[a-zA-Z][^;={}]*?(\w+)\([^;{}]*\)\n{", before, re.M)
            found.append((str(path.relative_to(source.ROOT)), heads[-1] if heads else None))
    return found


def test_c3_one_function_mints_sessions():
    """Every way in ends in domain_session_begin, and nothing else puts a session into the database."""
    makers = {function for path, function in calls_of("store_session_create") if not path.startswith("server/store/")}
    assert makers == {"domain_session_begin"}
    assert writers("session", "INSERT", "COPY", "MERGE") == {"session_create.sql"}


# What compares bytes in the layers of secrets by a time that tells, and why it may.
PUBLIC = {"authn/blocklist.c": "a list that is shipped", "authn/breach.c": "lines of a list in the order of the list",
          "authn/keyring.c": "the header of a token", "authn/seen.c": "the digest of a token, which nobody chooses byte by byte"}


def test_d10_a_secret_is_compared_by_secret_equal_alone():
    """Passwords' tags and one-time codes; tokens and clients' secrets are looked up by their digests, MACs are checked by OpenSSL."""
    texts = {str(path.relative_to(source.ROOT / "server")): source.bare(path)
             for layer in ("crypto", "authn") for path in (source.ROOT / "server" / layer).glob("*.c")}
    assert {name for name, text in texts.items() if re.search(r"\bmemcmp\(", text)} == set(PUBLIC)
    assert {name for name, text in texts.items() if "secret_equal(" in text} == {"authn/totp.c", "crypto/foreign.c", "crypto/hash.c"}
