"""TLS: what is spoken and what is refused, certificates that are exchanged while connections stand, files that are wrong."""
import http.client
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.authority import Authority, Pair, give, openssl
from support.client import Client
from support.estate import Estate
from support.server import Server, alive
from test_process import refused

AEAD = {"ECDHE-{}-AES256-GCM-SHA384", "ECDHE-{}-CHACHA20-POLY1305", "ECDHE-{}-AES128-GCM-SHA256"}


@pytest.fixture(scope="module", name="authority")
def certificate_authority():
    made = Authority()
    yield made
    made.close()


@pytest.fixture(scope="module", name="secure")
def server_with_tls(authority):
    server = Server(**authority.pair().settings())
    server.trust = authority.root
    try:
        yield server.start()
        server.stop()
    finally:
        server.close()


@pytest.fixture(scope="module", name="changing")
def server_whose_pair_is_exchanged(authority):
    """(server, the pair that it reads); it listens beyond the machine, which it may."""
    first = authority.pair()
    used = Pair(authority.folder / "used.pem", authority.folder / "used.key")
    put(first, used)
    server = Server(**used.settings(), trusted_proxies="")
    server.settings["listen"] = f"0.0.0.0:{server.port}"
    try:
        yield server.start(), used
        server.stop()
    finally:
        server.close()


def put(pair, used):
    """As a program that renews certificates does it: a new file takes the place of the old."""
    for new, old in ((pair.certificate, used.certificate), (pair.key, used.key)):
        shutil.copy(new, f"{old}.new")
        if new is pair.key:
            give(used.key.with_suffix(".key.new"))
        os.rename(f"{old}.new", old)


def exchange(changing, authority, pair):
    """Has the server show another pair, and waits until it does."""
    server, used = changing
    put(pair, used)
    server.process.send_signal(signal.SIGHUP)
    assert soon(lambda: shown(server, authority, careless()) == certificate_in(pair.certificate))


def careless():
    """Of a client that looks at no certificate."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    return made


def context(authority, lowest=ssl.TLSVersion.TLSv1_2, highest=ssl.TLSVersion.TLSv1_3, ciphers=None):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.load_verify_locations(authority.root)
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # of versions that are tried to be refused
        made.minimum_version, made.maximum_version = lowest, highest
    if ciphers:
        made.set_ciphers(ciphers)
    return made


def connected(server, with_context, name="127.0.0.1", **more):
    plain = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    try:
        return with_context.wrap_socket(plain, server_hostname=name, **more)
    except Exception:
        plain.close()
        raise


def shown(server, authority, by=None):
    """The certificate that a new connection is shown."""
    with connected(server, by or context(authority)) as connection:
        return connection.getpeercert(True)


def certificate_in(path):
    return ssl.PEM_cert_to_DER_cert(path.read_text().partition("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n")


def answers(connection):
    """One request on a connection that stands; its status."""
    connection.sendall(b"GET /v1/me HTTP/1.1\r\nHost: localhost\r\n\r\n")
    reply = http.client.HTTPResponse(connection)
    reply.begin()
    reply.read()
    return reply.status


def soon(holds, seconds=10):
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


# What is spoken.

@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_who_trusts_the_root_reaches_it_through_the_chain(authority, secure, version, name):
    with connected(secure, context(authority, version, version), name) as connection:
        assert answers(connection) == 401


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_older_versions_are_refused(authority, secure, version):
    with pytest.raises(OSError):
        connected(secure, context(authority, version, version, "ALL:@SECLEVEL=0"))


def accepted(server, authority):
    """Which of all the suites that OpenSSL has for TLS 1.2 the server takes, each offered alone."""
    names = openssl("ciphers", "-tls1_2", "-s", "ALL:COMPLEMENTOFALL:@SECLEVEL=0").strip().split(":")
    names = [name for name in names if not name.startswith("TLS_") and "PSK" not in name and "SRP" not in name]
    assert len(names) > 40

    def takes(name):
        try:
            connected(server, context(authority, highest=ssl.TLSVersion.TLSv1_2, ciphers=f"{name}:@SECLEVEL=0")).close()
            return True
        except OSError:
            return False
    return {name for name in names if takes(name)}


@pytest.mark.parametrize("key, word", [("ec", "ECDSA"), ("rsa", "RSA"), ("ed25519", "ECDSA")])
def test_only_aead_with_ephemeral_keys_is_taken(authority, changing, key, word):
    server, _ = changing
    exchange(changing, authority, authority.pair(key))
    assert accepted(server, authority) == {name.format(word) for name in AEAD}
    with connected(server, context(authority)) as connection:
        assert connection.version() == "TLSv1.3"


def client(server, *words, stdin=""):
    """What openssl's client says of it."""
    return subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", *words], input=stdin,
                          capture_output=True, text=True, timeout=30, check=False)


def test_tls_1_3_is_spoken_without_ccm_and_without_finite_fields(secure):
    assert "Cipher is TLS_AES_128_GCM_SHA256" in client(secure, "-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256").stdout
    assert client(secure, "-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_SHA256").returncode != 0
    assert client(secure, "-tls1_3", "-groups", "ffdhe3072").returncode != 0


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_no_session_is_taken_up_again(authority, secure, version):
    """There are no tickets: a key that seals them and is never rotated would undo what ephemeral keys are for."""
    same = context(authority, version, version)
    with connected(secure, same) as first:
        answers(first)
        session = first.session
        assert not session or not session.has_ticket
    with connected(secure, same, **({"session": session} if session else {})) as second:
        assert not second.session_reused and answers(second) == 401


def test_nothing_is_renegotiated(secure):
    """The client asks for it; whatever it sends after that is answered by nobody."""
    said = client(secure, "-tls1_2", "-crlf", stdin="R\nGET /v1/me HTTP/1.1\nHost: localhost\n\n").stdout
    assert "Secure Renegotiation IS supported" in said and "HTTP/1.1" not in said
    assert "Compression: NONE" in said


def test_http_in_clear_is_answered_by_nothing_that_looks_like_http(authority, secure):
    """No redirect either: what was sent in clear is lost already, and the client has to notice."""
    with socket.create_connection(("127.0.0.1", secure.port), timeout=10) as plain:
        plain.sendall(b"GET /v1/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\n\r\n")
        said = b""
        try:
            while more := plain.recv(4096):
                said += more
        except ConnectionResetError:
            pass
    assert b"HTTP/" not in said and len(said) < 64
    assert shown(secure, authority)


def test_the_api_is_the_same_over_tls(authority, secure, document):
    """Logins, changes, lists and large bodies, by several at once, over connections that are kept."""
    estate = Estate(secure, document)
    assert secure.said().startswith(f"listening on https://127.0.0.1:{secure.port}\n")
    people = [estate.person() for _ in range(4)]

    def work(person):
        caller = Client(secure, document, person.client.token)
        for _ in range(20):
            assert caller.get("/v1/me").json()["id"] == person.id
        caller.put("/v1/me/password", {"current_password": person.password, "new_password": "x" * (1 << 20)}, 413)
        return person.log_in().client.get("/v1/me").json()["id"]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, people)) == [person.id for person in people]


def test_pipelined_requests_are_answered_in_order(authority, secure):
    with connected(secure, context(authority)) as connection:
        connection.sendall(b"".join(b"GET /v1/me HTTP/1.1\r\nHost: x\r\nX-Request-Id: n%d\r\n\r\n" % n for n in range(20)))
        read = connection.makefile("rb")
        for n in range(20):
            assert read.readline().startswith(b"HTTP/1.1 401")
            headers = http.client.parse_headers(read)
            assert headers["X-Request-Id"] == f"n{n}"
            read.read(int(headers["Content-Length"]))


# Time.

@pytest.fixture(scope="module", name="hasty")
def server_without_patience(authority):
    server = Server(**authority.pair().settings(), request_time=1, idle_time=1)
    try:
        yield server.start()
        server.stop()
    finally:
        server.close()


@pytest.mark.parametrize("bytes_sent", [b"", b"\x16\x03\x01\x02\x00\x01\x00\x01"])
def test_a_handshake_has_its_time(hasty, bytes_sent):
    with socket.create_connection(("127.0.0.1", hasty.port), timeout=10) as plain:
        plain.sendall(bytes_sent)
        began = time.monotonic()
        try:
            assert plain.recv(4096) == b""
        except ConnectionResetError:
            pass
        assert time.monotonic() - began < 5


def test_a_request_that_is_late_is_cut_without_a_word_in_clear(authority, hasty):
    connection = connected(hasty, context(authority))
    connection.sendall(b"POST /v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
    raw = socket.socket(fileno=connection.detach())  # what comes now is read as it is
    raw.settimeout(10)
    said = b""
    try:
        while more := raw.recv(4096):
            said += more
    except ConnectionResetError:
        pass
    raw.close()
    assert b"HTTP" not in said and b"408" not in said


# Exchanging the certificate.

def test_sighup_shows_new_connections_another_and_drops_none(authority, changing):
    server, used = changing
    before, said = shown(server, authority), server.logged().count("is shown from now on")
    with connected(server, context(authority)) as kept, connected(server, context(authority)) as idle:
        assert answers(kept) == 401
        for kind in ("rsa", "ec", "ed25519"):
            pair = authority.pair(kind)
            put(pair, used)
            assert shown(server, authority) == before
            exchange(changing, authority, pair)
            assert answers(kept) == 401
            before = certificate_in(pair.certificate)
        assert answers(idle) == 401
    assert server.logged().count("is shown from now on") == said + 3


def test_sighup_while_connections_come_breaks_none(authority, changing):
    server, used = changing
    pairs = [authority.pair(), authority.pair("rsa")]
    allowed = {certificate_in(used.certificate)} | {certificate_in(pair.certificate) for pair in pairs}

    def come(_):
        return {shown(server, authority) for _ in range(40)}
    with ThreadPoolExecutor(3) as pool:
        coming = [pool.submit(come, n) for n in range(3)]
        for n in range(30):
            put(pairs[n % 2], used)
            server.process.send_signal(signal.SIGHUP)
            time.sleep(0.02)
        seen = set().union(*(each.result() for each in coming))
    assert len(seen) > 1 and seen <= allowed


def broken_pairs(authority):
    """Names of ways a pair can be wrong -> (pair, words of the refusal)."""
    folder, good, other = authority.folder, authority.pair(), authority.pair()
    made = {}

    def broken(name, named, certificate=None, key=None, mode=0o600):
        pair = Pair(folder / f"{name}.pem", folder / f"{name}.key")
        pair.certificate.write_text(good.certificate.read_text() if certificate is None else certificate)
        pair.key.write_text(good.key.read_text() if key is None else key)
        give(pair.key, mode)
        made[name] = (pair, named)
    leaf, upper = good.certificate.read_text().split("-----END CERTIFICATE-----\n")[:2]
    locked = openssl("pkcs8", "-topk8", "-in", good.key, "-passout", "pass:x")
    weak = authority.pair("weak")
    broken("mismatch", ["tls_key_file", "does not belong"], key=other.key.read_text())
    broken("half", ["tls_certificate_file"], certificate=leaf[:200])
    broken("empty", ["tls_certificate_file"], certificate="")
    broken("no-key", ["tls_key_file"], key="")
    broken("nonsense-key", ["tls_key_file"], key="nonsense\n" * 10)
    broken("swapped", ["tls_certificate_file"], certificate=good.key.read_text(), key=good.certificate.read_text())
    broken("upside-down", ["tls_certificate_file", "before"],
           certificate=f"{upper}-----END CERTIFICATE-----\n{leaf}-----END CERTIFICATE-----\n")
    broken("locked", ["tls_key_file"], key=locked)
    broken("weak", ["tls_key_file", "weak"], certificate=weak.certificate.read_text(), key=weak.key.read_text())
    broken("group", ["tls_key_file", "0600"], mode=0o640)
    broken("everybody", ["tls_key_file", "0600"], mode=0o604)
    broken("large", ["tls_certificate_file", "large"], certificate=good.certificate.read_text() * 100)
    made["absent"] = (Pair(folder / "nowhere.pem", good.key), ["tls_certificate_file", "nowhere.pem"])
    made["absent-key"] = (Pair(good.certificate, folder / "nowhere.key"), ["tls_key_file", "nowhere.key"])
    made["folder"] = (Pair(folder, good.key), ["tls_certificate_file"])
    return made


def test_a_wrong_pair_is_a_refusal_that_names_it(authority, second):
    for name, (pair, named) in broken_pairs(authority).items():
        second.settings |= pair.settings()
        said = refused(second)
        assert [word for word in named if word not in said] == [], f"{name}: {said}"
        assert "PRIVATE" not in said
    assert not (second.folder / "data").exists()


@pytest.mark.parametrize("missing", ["tls_certificate_file", "tls_key_file"])
def test_one_of_the_pair_alone_is_refused(authority, second, missing):
    second.settings |= authority.pair().settings() | {missing: ""}
    said = refused(second)
    assert "tls_certificate_file" in said and "tls_key_file" in said and "both" in said


def test_sighup_with_a_wrong_pair_keeps_the_old_and_says_why(authority, changing):
    server, used = changing
    before = shown(server, authority)
    for name, (pair, named) in broken_pairs(authority).items():
        if not pair.certificate.is_file() or not pair.key.is_file():
            continue
        for new, old in ((pair.certificate, used.certificate), (pair.key, used.key)):
            old.write_bytes(new.read_bytes())
        used.key.chmod(pair.key.stat().st_mode)
        said = len(server.logged())
        server.process.send_signal(signal.SIGHUP)
        assert soon(lambda: '"level":"error"' in server.logged()[said:]), name
        assert [word for word in named if word not in server.logged()[said:]] == [], name
        assert shown(server, authority) == before and alive(server.process.pid), name
    good = authority.pair()
    put(good, used)
    used.key.unlink()
    server.process.send_signal(signal.SIGHUP)
    assert soon(lambda: "cannot be read" in server.logged()) and shown(server, authority) == before
    exchange(changing, authority, good)


def test_a_key_that_the_service_s_account_cannot_read_is_refused(authority, second):
    """Also where root could, who starts it: the account has to read it again on SIGHUP."""
    pair = authority.pair()
    if os.geteuid() == 0:
        os.chown(pair.key, 0, 0)
    else:
        pair.key.chmod(0)
    second.settings |= pair.settings()
    said = refused(second, seconds=90)
    assert "tls_key_file" in said and "cannot be read" in said


def test_an_expired_certificate_is_shown_and_said_to_be(authority, changing):
    """Whether it is better than nothing is the operator's to say; clients refuse it."""
    server, _ = changing
    exchange(changing, authority, authority.pair(expired=True))
    assert "has expired" in server.logged()
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        shown(server, authority)
    with connected(server, careless()) as connection:
        assert answers(connection) == 401
    end = [line for line in server.metrics().splitlines() if line.startswith("bailiwick_tls_certificate_end_seconds ")]
    assert float(end[0].split()[1]) < time.time()
    exchange(changing, authority, authority.pair())


def test_with_tls_it_may_listen_beyond_the_machine(authority, changing):
    """Though no proxy is named that would stand before it."""
    server, _ = changing
    assert f"listening on https://0.0.0.0:{server.port}" in server.said() and shown(server, authority)


def test_without_tls_sighup_ends_nothing(server, anonymous):
    server.process.send_signal(signal.SIGHUP)
    time.sleep(0.3)
    anonymous.get("/v1/me", 401)
    assert alive(server.process.pid)
