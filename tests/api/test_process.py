"""The process: what it refuses to start with, what it keeps through a kill, and how it takes the loss of its database."""
import os
import signal
import subprocess
import threading
import time

import pytest

from support.contract import BrokenPromise
from support.estate import Estate, unique
from support.server import Server, alive, binary, environment


def refused(server, *arguments, seconds=30):
    """What a start that must fail has to say."""
    done = subprocess.run([binary(), "serve", *map(str, arguments)], env=environment(server.settings), cwd="/",
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds, check=False)
    assert done.returncode not in (0, 1) and done.returncode > 0, done.stderr
    assert "listening on" not in done.stdout
    return done.stderr


@pytest.mark.parametrize("settings, arguments, named", [
    ({"colour": "red"}, [], ["BAILIWICK_COLOUR"]),
    ({}, ["--colour", "red"], ["--colour"]),
    ({"connections": "lots"}, [], ["connections"]),
    ({"connections": "4"}, [], ["connections"]),
    ({"body_limit": ""}, [], ["body_limit"]),
    ({"access_token_time": "901"}, [], ["access_token_time"]),
    ({"trusted_proxies": "somewhere"}, [], ["trusted_proxies"]),
    ({"listen": "8080"}, [], ["listen"]),
    ({"base_url": "https://access.example/"}, [], ["base_url"]),
    ({"log_level": "loud"}, [], ["log_level"]),
    ({}, ["--connections", "100", "--connections", "200"], ["connections"]),
    ({"listen": "localhost:8080", "management_listen": "127.0.0.1:99999", "trusted_proxies": "10.0.0.0/33"}, [],
     ["listen", "management_listen", "trusted_proxies"]),
    ({"colour": "red", "connections": "lots", "hash_workers": "0"}, ["--taste=sweet"],
     ["BAILIWICK_COLOUR", "connections", "hash_workers", "--taste"]),
])
def test_a_wrong_setting_is_a_refusal_that_names_it(second, settings, arguments, named):
    second.settings |= settings
    said = refused(second, *arguments).lower()
    assert [name for name in named if name.lower() not in said] == [], said
    assert not (second.folder / "data").exists()


def test_plain_http_stays_on_the_machine(second):
    second.settings |= {"listen": f"0.0.0.0:{second.port}", "trusted_proxies": ""}
    assert "listen" in refused(second)


def test_the_first_start_alone_gives_a_token(second, document):
    second.start(afresh=True)
    assert second.token and second.token not in second.logged()
    estate = Estate(second, document)
    second.stop()
    second.start()
    assert second.token is None
    estate.admin.client.get("/v1/me")
    estate.admin.log_in()
    second.stop()


def test_another_master_key_is_refused(second):
    second.start().stop()
    key = second.folder / "data/master.key"
    assert key.stat().st_mode & 0o777 == 0o600
    content = key.read_bytes()
    for other in (content[::-1], bytes(len(content)), content[:-1] + bytes([content[-1] ^ 1])):
        key.write_bytes(other)
        refused(second)
    key.write_bytes(content)
    second.start().stop()


def test_a_second_server_on_the_same_data_is_refused(second, document):
    estate = Estate(second.start(), document)
    other = Server(data=second.settings["data"])
    try:
        assert refused(other)
    finally:
        other.close()
    estate.admin.client.post("/v1/tenants", {"kind": "partner", "name": unique("p")}, 201)
    second.stop()


def test_the_settings_are_heeded(document):
    server = Server(invitation_time=300, access_token_time=60, body_limit=2048)
    try:
        estate = Estate(server.start(), document)
        caller = estate.admin.client
        assert caller.other().post("/v1/login", estate.admin.body()).json()["expires_in"] == 60
        user = estate.new_user()
        expires = caller.post(f"/v1/users/{user['id']}/invite", status=201).json()["expires_at"]
        left = time.mktime(time.strptime(expires[:19], "%Y-%m-%dT%H:%M:%S")) - time.mktime(time.gmtime())
        assert 280 <= left <= 301
        caller.post("/v1/tenants", {"kind": "partner", "name": "x" * 3000}, 413)
        server.stop()
    finally:
        server.close()


class Storm:
    """Callers that make tenants without a pause, and remember what was acknowledged."""

    def __init__(self, estate, callers=4):
        self.estate, self.made, self.answers, self.over = estate, {}, [], threading.Event()
        self.broken = []  # promises
        token = estate.admin.client.token
        self.threads = [threading.Thread(target=self.make, args=(estate.admin.client.other(token),)) for _ in range(callers)]

    def make(self, caller):
        while not self.over.is_set():
            name = unique("storm")
            body = {"kind": "customer", "name": name, "parent_id": self.estate.id("alpha")}
            try:
                reply = caller.post("/v1/tenants", body, None)
            except OSError:
                continue  # nobody listens: the process has been killed
            except BrokenPromise as broken:
                self.broken.append(broken)
                continue
            self.answers.append(reply)
            if reply.status_code == 201:
                self.made[name] = reply.json()["id"]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()
        if self.broken:
            raise self.broken[0]

    def check(self, caller):
        """Everything acknowledged is there once, and everything that is there has its event."""
        listed = [t for t in caller.pages("/v1/tenants", name="storm")]
        there = {tenant["name"]: tenant["id"] for tenant in listed}
        assert len(there) == len(listed)
        assert {name: there.get(name) for name in self.made} == self.made
        for tenant in listed:
            events = caller.get(f"/v1/tenants/{tenant['id']}/audit").json()["items"]
            assert [event["action"] for event in events] == ["createTenant"], tenant


def test_what_was_acknowledged_outlives_a_kill(second, document):
    estate = Estate(second.start(), document)
    with Storm(estate) as storm:
        time.sleep(1)
        second.kill()
    assert storm.made
    postmaster = second.postmaster()
    second.start()
    assert second.postmaster() == postmaster or not alive(postmaster)
    storm.check(estate.admin.client)
    second.stop()
    assert second.postmaster() is None




def kill_backends(server):
    """As an administrator of the database would: every connection is ended."""
    children = subprocess.run(["pgrep", "-P", str(server.postmaster()), "-f", "bailiwick_"], capture_output=True, text=True,
                              check=False).stdout.split()
    for child in children:
        os.kill(int(child), signal.SIGTERM)
    return len(children)


def test_lost_connections_are_made_again(second, document):
    estate = Estate(second.start(), document)
    with Storm(estate) as storm:
        for _ in range(5):
            assert kill_backends(second)
            time.sleep(0.5)
    others = [reply for reply in storm.answers if reply.status_code != 201]
    assert all(reply.status_code == 503 and int(reply.headers["Retry-After"]) > 0 for reply in others), others
    second.wait_ready(15)
    estate.admin.client.post("/v1/tenants", {"kind": "partner", "name": unique("p")}, 201)
    storm.check(estate.admin.client)
    second.stop()


def test_a_lost_database_is_503_until_it_is_back(second, document):
    """Its files are out of reach for a while, so that nothing can start it again."""
    estate = Estate(second.start(), document)
    caller = estate.admin.client
    here, away = second.folder / "data/postgres", second.folder / "data/away"
    with Storm(estate, 2) as storm:
        time.sleep(0.3)
        postmaster = second.postmaster()
        here.rename(away)
        os.kill(postmaster, signal.SIGQUIT)
        time.sleep(3)
        lost = caller.get("/v1/tenants", 503)
        assert not second.ready()
        away.rename(here)
    others = [lost] + [reply for reply in storm.answers if reply.status_code != 201]
    assert all(reply.status_code == 503 and int(reply.headers["Retry-After"]) > 0 for reply in others), others
    deadline = time.monotonic() + 30
    while caller.get("/v1/tenants", None).status_code != 200:
        assert time.monotonic() < deadline, second.logged()[-4000:]
        time.sleep(0.2)
    second.wait_ready(15)
    storm.check(caller)
    second.stop()
