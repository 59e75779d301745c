"""A mail server on loopback (aiosmtpd, which speaks SMTP), that keeps what it takes and refuses what it is told to."""
import email
import email.policy
import re
import ssl
import subprocess
import threading
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from support.server import free_port

LINK = re.compile(r"https?://\S+#token=(\S+)")


class Mail:
    """One message, as a reader sees it."""

    def __init__(self, envelope):
        self.sender, self.recipients, self.raw = envelope.mail_from, envelope.rcpt_tos, envelope.content
        self.message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.subject = self.message["Subject"]
        self.body = self.message.get_content()

    @property
    def link(self):
        found = LINK.search(self.body)
        return found and found.group(0)

    @property
    def token(self):
        found = LINK.search(self.body)
        return found and found.group(1)


class Mailbox:
    """Starts, stops and starts again on one port. `refuse` maps a recipient to the reply it gets instead of 250."""

    def __init__(self, **options):
        self.port, self.options = free_port(), options
        self.mails, self.refuse, self.hold = [], {}, None
        self.lock = threading.Lock()
        self.controller = None

    # What aiosmtpd asks of a handler.

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, session, envelope):
        mail = Mail(envelope)
        mail.tls, mail.authenticated = session.ssl is not None, session.authenticated
        with self.lock:
            self.mails.append(mail)
        if self.hold:
            self.hold.wait()
        return "250 OK"

    def start(self):
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, **self.options)
        self.controller.start()
        return self

    def stop(self):
        if self.controller:
            self.controller.stop(no_assert=True)
            self.controller = None

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, address):
        with self.lock:
            return [mail for mail in self.mails if mail.recipients == [address]]

    def wait(self, address, count=1, seconds=60):
        """The mails to an address, once there are so many."""
        deadline = time.monotonic() + seconds
        while len(self.to(address)) < count:
            assert time.monotonic() < deadline, f"{len(self.to(address))} mails to {address}, not {count}"
            time.sleep(0.05)
        return self.to(address)


def certificate(folder):
    """(certificate, key) of a server at 127.0.0.1 that vouches for itself."""
    made = folder / "mail.pem", folder / "mail.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=mail", "-addext", "subjectAltName=IP:127.0.0.1", "-out", made[0], "-keyout", made[1]],
                   check=True, capture_output=True)
    made[0].chmod(0o644)
    return made


def secured(folder, user, password):
    """A mailbox that takes nothing without STARTTLS and this user's password."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate(folder))

    def judge(_server, _session, _envelope, _mechanism, given):
        return AuthResult(success=(given.login, given.password) == (user.encode(), password.encode()))

    return Mailbox(tls_context=context, require_starttls=True, authenticator=judge, auth_required=True)
