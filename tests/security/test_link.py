"""J6, F12: the link to the database is a socket or verified, and who stands between is noticed before anything is told."""
import shutil
import socket
import ssl
import struct
import subprocess
import threading

import pytest

from support.authority import Authority, give
from support.cluster import Cluster
from support.server import Server, binary, environment, free_port

PASSWORD = "what the roles prove themselves by"
SSL_REQUEST = struct.pack("!II", 8, 80877103)


@pytest.fixture(scope="module", name="authority")
def certificate_authority():
    made = Authority()
    yield made
    made.close()


class Remote(Cluster):
    """A cluster that is reached over TCP with TLS and a password, by SCRAM, alone."""

    def __init__(self, authority):
        super().__init__()
        self.authority, self.port = authority, free_port()

    def open(self):
        """Puts it on the network, with a certificate for 127.0.0.1."""
        self.start()
        self.create()
        with self.connect("postgres", "postgres", autocommit=True) as connection:
            for role in ("app", "auth", "policy", "migrate"):
                connection.execute(f"ALTER ROLE bailiwick_{role} PASSWORD '{PASSWORD}'")
        pair = self.authority.pair()
        for path, name in ((pair.certificate, "server.crt"), (pair.key, "server.key")):
            shutil.copy(path, self.folder / "data" / name)
            shutil.chown(self.folder / "data" / name, self.user) if self.user else None
            (self.folder / "data" / name).chmod(0o600)
        (self.folder / "data/pg_hba.conf").write_text("local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n")
        with open(self.folder / "data/postgresql.conf", "a", encoding="utf-8") as settings:
            settings.write("ssl = on\n")
        subprocess.run(self.as_owner("/usr/lib/postgresql/15/bin/pg_ctl", "-D", self.folder / "data", "-m", "fast", "-w", "stop"),
                       check=True, capture_output=True, cwd="/")
        self.server.wait()
        self.server = subprocess.Popen(
            self.as_owner("/usr/lib/postgresql/15/bin/postgres", "-D", self.folder / "data", "-k", self.folder,
                          "-c", "fsync=off", "-c", "listen_addresses=127.0.0.1", "-p", self.port),
            cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(500):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self
            except ConnectionRefusedError:
                threading.Event().wait(0.02)
        raise RuntimeError("PostgreSQL does not listen")

    def over(self, port, **more):
        """As the service is told to reach it at that port."""
        wanted = {"host": "127.0.0.1", "port": port, "dbname": "bailiwick", "password": f"'{PASSWORD}'",
                  "sslmode": "verify-full", "sslrootcert": self.authority.root} | more
        return " ".join(f"{name}={value}" for name, value in wanted.items())


@pytest.fixture(scope="module", name="remote")
def database_over_a_network(authority):
    made = Remote(authority)
    try:
        yield made.open()
    finally:
        made.stop()


def migrate(url):
    return subprocess.run([binary(), "migrate"], env=environment({"database_url": url}), cwd="/", stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, check=False)


class Between:
    """Stands between the service and the database: takes a connection, shows a certificate, passes the rest on."""

    def __init__(self, onward, pair=None):
        self.onward, self.heard, self.port = onward, b"", free_port()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if pair else None
        if pair:
            self.context.load_cert_chain(pair.certificate, pair.key)
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.stand, args=(client,), daemon=True).start()

    def stand(self, client):
        first = client.recv(8)
        self.heard += first
        if not self.context or first != SSL_REQUEST:
            return client.close()
        try:
            client.sendall(b"S")
            inside = self.context.wrap_socket(client, server_side=True)
            server = socket.create_connection(("127.0.0.1", self.onward))
            server.sendall(SSL_REQUEST)
            assert server.recv(1) == b"S"
            careless = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            careless.check_hostname, careless.verify_mode = False, ssl.CERT_NONE
            outside = careless.wrap_socket(server)
        except OSError:
            return client.close()
        threading.Thread(target=self.carry, args=(outside, inside), daemon=True).start()
        return self.carry(inside, outside)

    def carry(self, source, target):
        try:
            while data := source.recv(65536):
                self.heard += data
                target.sendall(data)
        except OSError:
            pass
        for each in (source, target):
            each.close()

    def close(self):
        self.listener.close()


def test_j6_it_works_over_a_verified_network_with_its_channel_bound(remote):
    done = migrate(remote.over(remote.port))
    assert done.returncode == 0, done.stderr
    assert migrate(remote.over(remote.port, channel_binding="require")).returncode == 0
    server = Server(database_url=remote.over(remote.port))
    try:
        server.start()
        with remote.connect("postgres", "postgres", port=remote.port) as connection:
            found = connection.execute("SELECT DISTINCT s.ssl, s.version FROM pg_stat_ssl s JOIN pg_stat_activity USING (pid) "
                                       "WHERE usename LIKE 'bailiwick_%'").fetchall()
        assert [ssl_used for ssl_used, _ in found] == [True] and found[0][1] in ("TLSv1.2", "TLSv1.3")
        server.stop()
    finally:
        server.close()


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "verify-ca"])
def test_j6_less_than_verify_full_sends_nothing(remote, mode):
    """Not even the first message: whoever listens there learns no name and is offered no password."""
    listener = Between(remote.port)
    try:
        for host in ({"host": "127.0.0.1"}, {"host": "localhost", "hostaddr": "127.0.0.1"}):
            done = migrate(remote.over(listener.port, sslmode=mode, **host))
            assert done.returncode != 0 and "sslmode=verify-full" in done.stderr
            assert PASSWORD not in done.stderr + done.stdout
        assert listener.heard == b""
    finally:
        listener.close()


def test_j6_a_server_without_tls_is_told_nothing(remote):
    """It hears that TLS is wanted, and no more."""
    listener = Between(remote.port)
    try:
        assert migrate(remote.over(listener.port)).returncode != 0
        assert listener.heard.replace(SSL_REQUEST, b"") == b""
    finally:
        listener.close()


def test_f12_a_certificate_of_another_authority_is_refused(remote):
    other = Authority()
    listener = Between(remote.port, other.pair())
    try:
        done = migrate(remote.over(listener.port))
        assert done.returncode != 0 and "certificate verify failed" in done.stderr
        assert listener.heard == SSL_REQUEST
    finally:
        listener.close()
        other.close()


def test_f12_a_certificate_of_another_name_is_refused(remote, authority):
    name = "elsewhere"
    authority.signed(name, "intermediate", "subjectAltName=DNS:db.example\n")
    chain = authority.folder / f"{name}.pem"
    chain.write_text(chain.read_text() + authority.intermediate.read_text())
    listener = Between(remote.port, type("Pair", (), {"certificate": chain, "key": give(authority.folder / f"{name}.key")}))
    try:
        done = migrate(remote.over(listener.port))
        assert done.returncode != 0 and "does not match" in done.stderr
        assert listener.heard == SSL_REQUEST
    finally:
        listener.close()


def test_f12_who_stands_between_with_a_good_certificate_fails_by_the_channel(remote, authority):
    """The name and the authority are right, the key is not the database's: SCRAM is bound to the channel and fails."""
    listener = Between(remote.port, authority.pair())
    try:
        done = migrate(remote.over(listener.port))
        assert done.returncode != 0 and PASSWORD.encode() not in listener.heard
        assert b"SCRAM-SHA-256-PLUS" in listener.heard
        assert migrate(remote.over(listener.port, channel_binding="disable")).returncode == 0, "without it nobody would notice"
    finally:
        listener.close()
