"""What goes out by mail, to a real server on loopback: links to those they are for, notices, and nothing that is secret."""
import time

import pytest

from support.client import Client, code
from support.estate import PASSWORD, Estate, unique
from support.mailbox import Mailbox, secured
from support.server import Server

ANOTHER = "an entirely different one"
FROM = "access@example.org"


@pytest.fixture(scope="module", name="mailbox")
def running_mailbox():
    mailbox = Mailbox().start()
    yield mailbox
    mailbox.stop()


@pytest.fixture(scope="module", name="at")
def sending_service(mailbox, document):
    """The estate of a service that sends mail. Its people have no address but where a test gives them one."""
    server = Server(smtp_url=mailbox.url, smtp_from=FROM, base_url="https://access.example/id", smtp_pace=100000)
    try:
        yield Estate(server.start(), document)
        server.stop()
    finally:
        server.close()


@pytest.fixture(name="address")
def an_address():
    return f"{unique('mail')}@example.net"


def reachable(at, address, role=None):
    """Somebody with a password and an address, which they have had for a while."""
    person = at.person("alpha_one", role)
    at.admin.client.patch(f"/v1/users/{person.id}", {"email": address})
    at.server.sql(f"UPDATE principal SET email_changed_at = now() - interval '25 hours' WHERE id = '{person.id}'")
    return person


def forgot(at, **body):
    return Client(at.server, at.document).post("/v1/password/forgot", body, 202)


def settled(at, mailbox, address, count, seconds=4):
    """That no more than so many come."""
    mailbox.wait(address, count)
    time.sleep(seconds)
    assert len(mailbox.to(address)) == count


def test_an_invitation_goes_to_the_person_and_to_nobody_else(at, mailbox, address):
    user = at.new_user(email=address, display_name="Änna Nørth")
    reply = at.admin.client.post(f"/v1/users/{user['id']}/invite", status=201).json()
    assert (reply["sent"], reply["token"], reply["link"], reply["secret_already_shown"]) == (True, None, None, False)
    mail = mailbox.wait(address)[0]
    assert mail.sender == FROM
    assert mail.link.startswith("https://access.example/id/accept#token=bwi_")
    assert "Hello Änna Nørth," in mail.body and at.tenants["alpha_one"]["code"] in mail.body
    assert mail.message["From"] == f"Bailiwick <{FROM}>" and mail.message["Auto-Submitted"] == "auto-generated"
    Client(at.server, at.document).post("/v1/invitations/accept", {"token": mail.token, "password": PASSWORD})
    # The first password is nobody's news.
    settled(at, mailbox, address, 1)


def test_who_has_no_address_is_handed_the_link(at):
    user = at.new_user()
    reply = at.admin.client.post(f"/v1/users/{user['id']}/invite", status=201).json()
    assert not reply["sent"] and reply["link"] == f"https://access.example/id/accept#token={reply['token']}"


def test_a_reset_by_the_helpdesk_and_the_notice_of_it(at, mailbox, address):
    person = reachable(at, address)
    helper = at.actor("alpha_one", "helpdesk")
    key = {"Idempotency-Key": unique("key")}
    first = helper.post(f"/v1/users/{person.id}/reset-password", status=201, headers=key).json()
    assert first["sent"] and first["token"] is None
    assert helper.post(f"/v1/users/{person.id}/reset-password", status=201, headers=key).json() == first
    mail = mailbox.wait(address)[0]
    assert mail.link.startswith("https://access.example/id/reset#token=bwp_")
    Client(at.server, at.document).post("/v1/password/reset", {"token": mail.token, "password": ANOTHER})
    notice = mailbox.wait(address, 2)[1]
    assert notice.subject == "Your password at alpha_one was changed" and notice.link is None
    person.password = ANOTHER
    person.log_in()


def test_whoever_forgot_gets_a_link_by_login_or_by_address(at, mailbox, address):
    person = reachable(at, address)
    forgot(at, login=person.login.upper(), tenant=person.tenant_code)
    first = mailbox.wait(address)[0]
    forgot(at, email=address.upper(), tenant=person.tenant_code)
    second = mailbox.wait(address, 2)[1]
    anonymous = Client(at.server, at.document)
    refused = anonymous.post("/v1/password/reset", {"token": first.token, "password": ANOTHER}, 422).json()
    assert refused["code"] == "token_spent"
    anonymous.post("/v1/password/reset", {"token": second.token, "password": ANOTHER})
    events = [event["actor"]["kind"] for event in at.admin.client.pages(f"/v1/tenants/{person.tenant_id}/audit",
                                                                        action="forgotPassword", object_id=person.id)]
    assert events == ["anonymous", "anonymous"]


def test_an_address_that_somebody_gave_them_gets_no_password_for_a_day(at, mailbox, address):
    """Whoever may change addresses, but resets nobody's password, does not get to by a detour."""
    person = reachable(at, address)
    thief = f"thief-{address}"
    at.actor("alpha_one", "provisioner").patch(f"/v1/users/{person.id}", {"email": thief})
    forgot(at, login=person.login, tenant=person.tenant_code)
    assert mailbox.wait(address)[0].subject == "Your e-mail address at alpha_one was changed"
    settled(at, mailbox, thief, 0)
    at.server.sql(f"UPDATE principal SET email_changed_at = now() - interval '25 hours' WHERE id = '{person.id}'")
    forgot(at, login=person.login, tenant=person.tenant_code)
    assert mailbox.wait(thief)[0].token


def test_nobody_else_is_sent_anything(at, mailbox, address):
    person = reachable(at, address)
    at.admin.client.post(f"/v1/users/{person.id}/suspend")
    forgot(at, login=person.login, tenant=person.tenant_code)
    forgot(at, email=address, tenant=at.tenants["alpha_two"]["code"])
    forgot(at, login="nobody", tenant=person.tenant_code)
    other = reachable(at, f"other-{address}")
    forgot(at, login=other.login, tenant=other.tenant_code)
    mailbox.wait(f"other-{address}")
    assert mailbox.to(address) == []


def test_one_person_is_not_flooded(at, mailbox, address):
    person = reachable(at, address)
    for _ in range(5):
        forgot(at, login=person.login, tenant=person.tenant_code)
        time.sleep(1.5)
    settled(at, mailbox, address, 3)


def test_changes_of_password_factor_and_address_are_told(at, mailbox, address):
    person = reachable(at, address)
    person.client.put("/v1/me/password", {"current_password": PASSWORD, "new_password": ANOTHER})
    person.password = ANOTHER
    person.log_in().enrol()
    at.admin.client.patch(f"/v1/users/{person.id}", {"email": f"new-{address}"})
    told = {mail.subject: mail for mail in mailbox.wait(address, 5)}
    assert set(told) == {"Your password at alpha_one was changed", "A second factor was added to your account at alpha_one",
                         "Your account at alpha_one was used on a new device", "Your e-mail address at alpha_one was changed"}
    assert person.client.address in told["Your password at alpha_one was changed"].body
    # Where an administrator did it from is not for those below.
    assert "10." not in told["Your e-mail address at alpha_one was changed"].body
    assert mailbox.to(f"new-{address}") == []


def test_a_login_from_elsewhere_is_told_once_for_each_place(at, mailbox, address):
    person = reachable(at, address)
    elsewhere = person.client.other()
    for caller in (elsewhere, elsewhere, person.client.other()):
        caller.post("/v1/login", person.body())
    told = mailbox.wait(address, 2)
    assert [mail.subject for mail in told] == ["Your account at alpha_one was used on a new device"] * 2
    assert elsewhere.address in told[0].body + told[1].body
    settled(at, mailbox, address, 2)


def test_whose_account_strangers_try_at_is_told_once(at, mailbox, address):
    person = reachable(at, address)
    stranger, statuses = person.client.other(), []
    while 429 not in statuses or statuses.count(429) < 3:
        statuses.append(stranger.call("POST", "/v1/login", json=person.body(password="not this one, no")).status_code)
        assert len(statuses) < 20
    mail = mailbox.wait(address)[0]
    assert mail.subject == "Many failed sign-ins to your account at alpha_one" and stranger.address in mail.body
    settled(at, mailbox, address, 1)


def test_whoever_tries_passwords_in_somebodys_session_is_told_of_once(at, mailbox, address):
    person = reachable(at, address)
    guess = {"current_password": "not this one, no", "new_password": ANOTHER}
    statuses = [person.client.put("/v1/me/password", guess, None).status_code for _ in range(13)]
    assert statuses == [422] * 10 + [429] * 3
    mail = mailbox.wait(address)[0]
    assert mail.subject == "Many failed sign-ins to your account at alpha_one" and person.client.address in mail.body
    settled(at, mailbox, address, 1)


def test_an_address_beyond_ascii_is_written_to(at, mailbox, address):
    user = at.new_user(email=f"ännä-{address}")
    at.admin.client.post(f"/v1/users/{user['id']}/invite", status=201)
    assert mailbox.wait(f"ännä-{address}")[0].token


def test_where_no_server_takes_such_an_address_it_is_given_up_at_once(document, address):
    mailbox = Mailbox(enable_SMTPUTF8=False).start()
    server = Server(smtp_url=mailbox.url, smtp_from=FROM)
    try:
        estate = Estate(server.start(), document)
        for name in (f"ännä-{address}", address):
            user = estate.new_user(email=name)
            estate.admin.client.post(f"/v1/users/{user['id']}/invite", status=201)
        mailbox.wait(address)
        deadline = time.monotonic() + 30
        while "no_smtputf8" not in server.logged():
            assert time.monotonic() < deadline
            time.sleep(0.1)
        event = next(estate.admin.client.pages(f"/v1/tenants/{estate.id('alpha_one')}/audit", action="deliverMail"))
        assert (event["outcome"], event["reason"]) == ("failed", "no_smtputf8")
        assert len(mailbox.mails) == 1
        server.stop()
    finally:
        server.close()
        mailbox.stop()


def test_a_link_to_the_old_address_is_dead(at, mailbox, address):
    person = reachable(at, address)
    forgot(at, login=person.login, tenant=person.tenant_code)
    mail = mailbox.wait(address)[0]
    at.admin.client.patch(f"/v1/users/{person.id}", {"email": f"new-{address}"})
    body = {"token": mail.token, "password": ANOTHER}
    Client(at.server, at.document).problem("POST", "/v1/password/reset", 422, "token_spent", json=body)


# SECURITY.md B7

def test_b7_a_reset_by_mail_asks_for_the_second_factor_afterwards(at, mailbox, address):
    person = reachable(at, address).enrol()
    mailbox.wait(address, 2)
    forgot(at, login=person.login, tenant=person.tenant_code)
    mail = next(mail for mail in mailbox.wait(address, 3) if mail.token)
    anonymous = Client(at.server, at.document)
    anonymous.post("/v1/password/reset", {"token": mail.token, "password": ANOTHER})
    pending = anonymous.post("/v1/login", person.body(password=ANOTHER)).json()
    assert pending["pending"] == "totp" and "access_token" not in pending


# SECURITY.md B8

def test_b8_the_link_that_is_sent_is_of_the_base_url(at, mailbox, address):
    person = reachable(at, address)
    forged = {"Host": "evil.example", "Forwarded": "host=evil.example;proto=http", "X-Forwarded-Host": "evil.example",
              "X-Forwarded-Proto": "http"}
    Client(at.server, at.document).post("/v1/password/forgot", {"login": person.login, "tenant": person.tenant_code}, 202,
                                        headers=forged)
    mail = mailbox.wait(address)[0]
    assert mail.link == f"https://access.example/id/reset#token={mail.token}" and "evil" not in mail.raw.decode()


# DOMAIN.md row 114

def test_row114_no_mail_holds_a_password_or_a_code(at, mailbox, address):
    person = reachable(at, address)
    forgot(at, login=person.login, tenant=person.tenant_code)
    token = mailbox.wait(address)[0].token
    Client(at.server, at.document).post("/v1/password/reset", {"token": token, "password": ANOTHER})
    person.password = ANOTHER
    person.log_in().enrol()
    mails = mailbox.wait(address, 3)
    secrets = [PASSWORD, ANOTHER, person.secret, person.client.token, person.refresh_token,
               *(code(person.secret, step) for step in (-2, -1, 0, 1))]
    for mail in mails:
        assert [secret for secret in secrets if secret in mail.body] == []
    # The one link is good once, and is not in the log.
    body = {"token": token, "password": PASSWORD}
    Client(at.server, at.document).problem("POST", "/v1/password/reset", 422, "token_spent", json=body)
    assert token not in at.server.logged() and "bwp_" not in at.server.logged()


def test_names_cannot_add_headers_or_recipients(at, mailbox, address):
    """What the API takes as one line; that no address or subject breaks out is in tests/unit/jobs."""
    tenant = at.new_tenant(name="=?utf-8?q?x?= <eve@example.com>, Bcc: eve@example.com " + "ü" * 60)
    user = at.admin.client.post(f"/v1/tenants/{tenant['id']}/users", {
        "login": unique("user"), "email": address, "display_name": "{link} Bcc: eve@example.com"}, 201).json()
    at.admin.client.post(f"/v1/users/{user['id']}/invite", status=201)
    mail = mailbox.wait(address)[0]
    assert mail.recipients == [address] and mail.message["Bcc"] is None and mail.message["To"] == address
    assert sorted(mail.message.keys()) == sorted(["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version",
                                                  "Content-Type", "Content-Transfer-Encoding"])
    assert mail.subject.startswith("Your account at =?utf-8?q?x?= <eve@example.com>, Bcc: eve@example.com ü")
    assert "Hello {link} Bcc: eve@example.com," in mail.body and len(mail.raw.decode("ascii")) > 500


def test_whom_the_server_refuses_holds_up_nobody(at, mailbox, address):
    mailbox.refuse = {f"gone-{address}": "550 5.1.1 no such user", f"busy-{address}": "450 4.2.1 try later"}
    for name in (f"gone-{address}", f"busy-{address}", "bad address@example.net", address):
        user = at.new_user(email=name)
        at.admin.client.post(f"/v1/users/{user['id']}/invite", status=201)
    mailbox.wait(address)
    deadline = time.monotonic() + 30
    while (metric(at, "refused"), metric(at, "deferred"), metric(at, "given_up")) < (1, 2, 1):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    event = next(at.admin.client.pages(f"/v1/tenants/{at.id('alpha_one')}/audit", action="deliverMail"))
    assert (event["actor"]["kind"], event["outcome"], event["reason"]) == ("system", "failed", "bad_address")
    # Who was busy is asked again, half a minute later.
    mailbox.refuse = {}
    mailbox.wait(f"busy-{address}")


def metric(at, name):
    line = next(line for line in at.server.metrics().splitlines() if line.startswith(f"bailiwick_mail_{name}_total "))
    return float(line.split()[1])


def test_mail_goes_over_tls_to_whom_the_certificate_names(document, tmp_path, address):
    """STARTTLS and AUTH; without a certificate that vouches for it the server gets neither mail nor password."""
    mailbox = secured(tmp_path, "mailer", "pass word").start()
    tmp_path.chmod(0o755)
    url = f"smtp://mailer:pass%20word@127.0.0.1:{mailbox.port}"
    server = Server(smtp_url=url, smtp_from=FROM, smtp_ca_file="/etc/ssl/certs/ca-certificates.crt")
    try:
        estate = Estate(server.start(), document)
        user = estate.new_user(email=address)
        assert estate.admin.client.post(f"/v1/users/{user['id']}/invite", status=201).json()["sent"]
        deadline = time.monotonic() + 30
        while "mail server: " not in server.logged():
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert mailbox.mails == []
        server.stop()
        (server.folder / "mail.pem").write_bytes((tmp_path / "mail.pem").read_bytes())
        (server.folder / "mail.pem").chmod(0o644)
        server.settings["smtp_ca_file"] = server.folder / "mail.pem"
        server.start()
        mail = mailbox.wait(address)[0]
        assert mail.tls and mail.authenticated and "pass word" not in server.logged()
        server.stop()
    finally:
        server.close()
        mailbox.stop()
