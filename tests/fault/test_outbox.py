"""No mail is lost: not by a kill with some of them in hand, not while nobody takes any, and several processes send each once."""
import contextlib
import threading
import time

import pytest
from conftest import database
from support.cluster import Cluster
from support.estate import Estate, unique
from support.mailbox import Mailbox
from support.server import Server

MAILS = 24
SMTP = {"smtp_from": "access@example.org", "smtp_pace": 100000, "account_attempts": 100}


@pytest.fixture(name="mailbox")
def a_mailbox():
    mailbox = Mailbox()
    yield mailbox
    mailbox.stop()


@pytest.fixture(name="sender")
def a_sending_server(mailbox):
    server = Server(smtp_url=mailbox.url, **SMTP)
    try:
        yield server.start()
        server.stop()
    finally:
        server.close()


def invited(estate, count):
    """The addresses of so many people who are being sent an invitation."""
    word, addresses = unique("outbox"), []
    for i in range(count):
        addresses.append(f"{word}-{i}@example.net")
        user = estate.new_user(email=addresses[-1])
        assert estate.admin.client.post(f"/v1/users/{user['id']}/invite", status=201).json()["sent"]
    return addresses


def waiting(server):
    with contextlib.closing(database(server)) as db:
        return db.execute("SELECT count(*) FROM vault.outbox WHERE ended_at IS NULL").fetchone()[0]


def drained(server, seconds=90):
    deadline = time.monotonic() + seconds
    while waiting(server):
        assert time.monotonic() < deadline, f"{waiting(server)} mails wait"
        time.sleep(0.2)


def test_mails_wait_for_a_server_that_is_away(sender, mailbox, document):
    addresses = invited(Estate(sender, document), 3)
    time.sleep(3)
    assert waiting(sender) == 3
    mailbox.start()
    drained(sender)
    assert [len(mailbox.to(address)) for address in addresses] == [1] * 3
    mailbox.stop()
    time.sleep(1)


def test_a_kill_with_mails_in_hand_loses_none(sender, mailbox, document):
    """The server takes a mail and does not say so until the service is dead: that one comes twice, and is the same one."""
    estate = Estate(sender, document)
    mailbox.hold = threading.Event()
    mailbox.start()
    addresses = invited(estate, MAILS)
    deadline = time.monotonic() + 30
    while not mailbox.mails:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    sender.kill()
    held = mailbox.mails[0].recipients[0]
    mailbox.hold.set()
    sender.start()
    drained(sender)
    counts = {address: len(mailbox.to(address)) for address in addresses}
    assert counts.pop(held) == 2 and set(counts.values()) == {1}
    assert len({mail.message["Message-ID"] for mail in mailbox.to(held)}) == 1
    assert len({mail.token for mail in mailbox.mails}) == MAILS


def test_kills_again_and_again_lose_none(sender, mailbox, document):
    """Whatever was under way, everything that was promised arrives."""
    estate = Estate(sender, document)
    mailbox.start()
    addresses = []
    for _ in range(4):
        addresses += invited(estate, 6)
        sender.kill()
        sender.start()
    drained(sender, 150)
    assert [address for address in addresses if not mailbox.to(address)] == []


def test_what_one_process_leaves_another_sends(mailbox, document):
    """At one pace for all of them it may be one that sends, until it ends."""
    cluster = Cluster()
    servers = []
    try:
        cluster.start_migrated()
        settings = SMTP | {"database_url": cluster.url, "smtp_url": mailbox.url, "policy_lease": 15, "smtp_pace": 120}
        servers.append(Server(**settings).start())
        servers.append(Server(**settings, master_key_file=servers[0].folder / "data/master.key").start())
        addresses = invited(Estate(servers[0], document), MAILS)
        mailbox.start()
        mailbox.wait(addresses[MAILS // 4])
        busy, other = sorted(servers, key=sent, reverse=True)
        busy.stop()
        for address in addresses:
            mailbox.wait(address)
        time.sleep(2)
        assert [len(mailbox.to(address)) for address in addresses] == [1] * MAILS
        assert MAILS // 2 <= sent(other) < MAILS
        other.stop()
    finally:
        for server in servers:
            server.close()
        cluster.stop()


def sent(server):
    line = next(line for line in server.metrics().splitlines() if line.startswith("bailiwick_mail_sent_total "))
    return int(line.split()[1])
