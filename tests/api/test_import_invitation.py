"""Import jobs that invite whom they make: by letters at a pace, none lost and none twice, or by links that are shown once."""
import signal
import time

import pytest

from support.client import Client
from support.command import Shell
from support.estate import PASSWORD, Estate, unique
from support.importing import lines, tenant, user
from support.jobs import Jobs
from support.mailbox import Mailbox
from support.server import Server


@pytest.fixture(scope="module", name="mailbox")
def running_mailbox():
    mailbox = Mailbox().start()
    yield mailbox
    mailbox.stop()


@pytest.fixture(scope="module", name="at")
def sending_service(mailbox, document):
    server = Server(smtp_url=mailbox.url, smtp_from="access@example.org", base_url="https://access.example/id", smtp_pace=60000)
    try:
        yield Estate(server.start(), document)
        server.stop()
    finally:
        server.close()


@pytest.fixture(name="word")
def a_word():
    return unique("w")


def people(word, count, **more):
    return [user(f"{word}-{i}", login=f"{word}-{i}", email=f"{word}-{i}@example.net", **more) for i in range(count)]


def jobs_of(at, client=None, tenant="alpha_one"):
    return Jobs(client or at.admin.client, at.id(tenant))


def outbox(at, word):
    """(address, when it may go, whether it is one of many); one that went already says so by when it expires, a week later."""
    return at.server.sql("SELECT recipient, extract(epoch FROM expires_at - interval '7 days')::float8, bulk"
                         f" FROM vault.outbox WHERE recipient LIKE '{word}-%' ORDER BY expires_at")


def accept(at, token):
    return Client(at.server, at.document).call("POST", "/v1/invitations/accept", json={"token": token, "password": PASSWORD}).status_code


# Letters

def test_each_who_is_made_gets_a_letter(at, mailbox, word):
    jobs = jobs_of(at)
    jobs.load(people(word, 3), invitations="mail").is_clean(created=3)
    mails = [mailbox.wait(f"{word}-{i}@example.net")[0] for i in range(3)]
    assert [accept(at, mail.token) for mail in mails] == [200, 200, 200]
    invited = [event for event in at.admin.client.pages(f"/v1/tenants/{at.id('alpha_one')}/audit?action=inviteUser")]
    assert len(invited) >= 3
    # Who is there already is not written to again.
    jobs.load(people(word, 3), invitations="mail").is_clean(unchanged=3)
    assert len(outbox(at, word)) == 3


def test_nobody_is_invited_unless_it_is_said(at, word):
    jobs_of(at).load(people(word, 2)).is_clean(created=2)
    jobs_of(at).load(people(f"{word}-dry", 2), invitations="mail", dry_run=True).is_clean(created=2)
    assert outbox(at, word) == []


def test_letters_leave_at_the_job_s_pace_and_behind_all_others(at, word):
    begun = time.time()
    job = jobs_of(at).load(people(word, 5), invitations="mail", mail_pace=2)
    assert job.job["mail_pace"] == 2
    letters = outbox(at, word)
    first = letters[0][1]
    assert [round(due - first) for _, due, _ in letters[1:]] == [30, 60, 90, 120] and first >= begun - 1
    assert all(bulk for *_, bulk in letters)
    # An invitation is good for a week from when its letter may go, and no letter goes before.
    waiting = at.server.sql("SELECT extract(epoch FROM expires_at - next_at)::bigint FROM vault.outbox"
                            f" WHERE recipient LIKE '{word}-%' AND attempts = 0")
    assert len(waiting) >= 3 and set(waiting) == {(7 * 24 * 3600,)}


def test_the_pace_is_no_higher_than_the_service_s(at):
    assert jobs_of(at).open(invitations="mail", mail_pace=100000)["mail_pace"] == 60000
    assert jobs_of(at).open(invitations="mail")["mail_pace"] == 60000
    assert jobs_of(at).open(invitations="link")["mail_pace"] is None


def test_who_cannot_be_written_to_is_refused(at, word):
    rows = [user(f"{word}-a"), *people(word, 2)]
    report = jobs_of(at).load(rows, invitations="mail")
    assert report.counts == {"created": 2, "refused": 1} and report.refused == {1: ("rule", "email")}
    # Somebody with a password needs no invitation.
    digest = "$2b$10$abcdefghijklmnopqrstuuWmGvHrTCcV1VVzIRvYpAg6v3qxzUOrW"
    jobs_of(at).load([user(f"{word}-b", password_hash=digest)], invitations="mail").is_clean(created=1)
    assert len(outbox(at, word)) == 2


def test_who_may_not_invite_makes_nobody_who_is_to_be(at, word):
    """The role has all that the row needs but user:invite; without invitations it does."""
    at.server.sql("INSERT INTO role (id, tenant_id, tenant_path, tenant_boundary, name, permissions, kinds)"
                  f" SELECT gen_random_uuid(), id, path, boundary, '{word}', '{{tenant:read,user:read,user:create,user:update,import:run}}',"
                  " '{partner,customer}' FROM tenant WHERE kind = 'provider'")
    machine = at.machine("alpha_one", word)
    for how in ("mail", "link"):
        report = jobs_of(at, machine).load(people(word, 3), invitations=how)
        assert report.counts == {"refused": 3} and {code for code, _ in report.refused.values()} == {"forbidden"}
    jobs_of(at, machine).load(people(word, 3)).is_clean(created=3)


def test_without_a_mail_server_no_job_sends_letters(estate):
    """The service of all other tests has none."""
    path = f"/v1/tenants/{estate.id('alpha_one')}/imports"
    problem = estate.admin.client.post(path, {"invitations": "mail"}, 400).json()
    assert problem["errors"][0]["field"] == "invitations"
    problem = estate.admin.client.post(path, {"mail_pace": 5}, 400).json()
    assert problem["errors"][0]["field"] == "mail_pace"


def test_no_letter_is_lost_or_written_twice_over_kill_9(at, word):
    jobs, count = jobs_of(at), 3000
    job = jobs.open(invitations="mail", mail_pace=1)
    jobs.send(job, lines(people(word, count)))
    jobs.start(job)
    while jobs.see(job)["state"] == "queued":
        time.sleep(0.02)
    at.server.process.send_signal(signal.SIGKILL)
    at.server.process.wait()
    at.server.start()
    jobs.report(job).is_clean(created=count)
    letters = outbox(at, word)
    assert len(letters) == len({recipient for recipient, *_ in letters}) == count
    assert min(after - before for (_, before, _), (_, after, _) in zip(letters, letters[1:])) > 59, "each has a minute of its own"


# Links

def links_of(jobs, job, **headers):
    after, items = 0, []
    while after is not None:
        page = jobs.client.call("POST", f"{jobs.path(job)}/invitations", 201, json={"after": after}, headers=headers).json()
        after, items = page["next"], items + page["items"]
    return items


def test_links_are_made_when_they_are_asked_for(at, word):
    jobs = jobs_of(at)
    rows = [tenant(word), *(user(f"{word}-{i}", word, f"{word}-{i}") for i in range(3)), user("x", unique("nowhere"))]
    report = jobs_of(at, tenant="alpha").load(rows, invitations="link")
    assert report.counts == {"created": 4, "refused": 1}
    assert at.server.sql(f"SELECT count(*) FROM vault.invitation i JOIN principal p ON p.id = i.principal_id"
                         f" WHERE p.login LIKE '{word}-%'") == [(0,)]
    jobs = jobs_of(at, tenant="alpha")
    first = links_of(jobs, report.job)
    assert [(item["line"], item["id"]) for item in first] == [(n, report.results[n]["id"]) for n in (2, 3, 4)]
    assert all(item["link"] == f"https://access.example/id/accept#token={item['token']}" for item in first)
    again = links_of(jobs, report.job)
    assert accept(at, first[0]["token"]) == 422, "the later one has taken its place"
    assert accept(at, again[0]["token"]) == 200
    third = links_of(jobs, report.job)
    assert [item["code"] for item in third] == ["wrong_state", None, None] and third[0]["link"] is None


def test_who_has_an_address_gets_the_link_by_mail_and_nobody_else_does(at, mailbox, word):
    """Where mail is sent no administrator sees a token: as with one invitation."""
    report = jobs_of(at).load(people(word, 1), invitations="link")
    (item,) = links_of(jobs_of(at), report.job)
    assert (item["sent"], item["token"], item["link"]) == (True, None, None)
    assert accept(at, mailbox.wait(f"{word}-0@example.net")[0].token) == 200


def test_more_than_a_page_of_links(at, word):
    rows = [user(f"{word}-{i}", login=f"{word}-{i}") for i in range(450)]
    report = jobs_of(at).load(rows, invitations="link")
    items = links_of(jobs_of(at), report.job)
    assert [item["line"] for item in items] == list(range(1, 451)) and len({item["token"] for item in items}) == 450


def test_links_of_a_job_that_removes_end_with_its_lines(at, word):
    made = jobs_of(at, tenant="alpha").load([tenant(word), user(f"{word}-old", word)])
    jobs = Jobs(at.admin.client, made.results[1]["id"])
    report = jobs.load([user(f"{word}-new")], kind="users", mode="sync", removals_most=1, invitations="link")
    report.is_clean(created=1, removed=1)
    assert [item["line"] for item in links_of(jobs, report.job)] == [1]


def test_links_are_for_who_opened_the_job(at, word):
    jobs = jobs_of(at, at.actor("alpha_one", "customer_admin"))
    report = jobs.load([user(word)], invitations="link")
    at.admin.client.post(f"{jobs.path(report.job)}/invitations", {}, 403)
    other = jobs.load([user(f"{word}-2")])
    assert jobs.client.post(f"{jobs.path(other.job)}/invitations", {}, 409).json()["code"] == "conflict"
    assert len(links_of(jobs, report.job)) == 1


def test_links_are_made_with_the_rights_of_now(at, word):
    """Somebody was given a role that rules others since: only who may do that invites them."""
    helper = at.machine("alpha_one", "provisioner")
    jobs = jobs_of(at, helper)
    report = jobs.load([user(f"{word}-{i}", login=f"{word}-{i}") for i in range(2)], invitations="link")
    at.grant("alpha_one", report.results[1]["id"], "customer_admin")
    assert [item["code"] for item in links_of(jobs, report.job)] == ["privileged", None]


def test_a_page_that_is_asked_for_again_with_its_key_has_no_links(at, word):
    jobs = jobs_of(at)
    report, key = jobs.load([user(word)], invitations="link"), {"Idempotency-Key": unique("key")}
    path = f"{jobs.path(report.job)}/invitations"
    shown = jobs.client.call("POST", path, 201, json={}, headers=key).json()
    again = jobs.client.call("POST", path, 201, json={}, headers=key).json()
    assert again == {"items": [{**shown["items"][0], "token": None, "link": None}], "next": None, "secret_already_shown": True}
    assert accept(at, shown["items"][0]["token"]) == 200


def test_the_command_prints_the_links(at, word):
    shell = Shell(at.server)
    shell.log_in(at.admin)
    rows = lines([user(f"{word}-{i}", login=f"{word}-{i}") for i in range(2)]).decode()
    said = shell("import", "-", "--invitations", "link", "--tenant", at.id("alpha_one"), text=rows)
    links = [line.partition(": ")[2] for line in said.output.splitlines()]
    assert [accept(at, link.partition("#token=")[2]) for link in links] == [200, 200]
    shell.close()
