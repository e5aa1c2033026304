"""The real servers that other tests rely on do what is said of them."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP

from tests.servers import free_port, wait_for


class Letterbox:
    """An aiosmtpd handler that keeps what comes."""

    def __init__(self) -> None:
        self.received: list[tuple[str, list[str], bytes]] = []

    async def handle_DATA(self, server, session, envelope):
        """Keep the message; or turn it away for now, if it says so."""
        if b"later, please" in envelope.content:
            return "451 4.3.0 Later"
        self.received.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 2.0.0 Kept"


class LmtpController(Controller):
    def factory(self):
        """Speak LMTP instead of SMTP."""
        return LMTP(self.handler, **self.SMTP_kwargs)


@pytest.fixture(params=[Controller, LmtpController], ids=["smtp", "lmtp"])
def letterbox(request) -> Iterator[Controller]:
    """Give a sink that speaks SMTP or LMTP."""
    sink = request.param(Letterbox(), hostname="127.0.0.1", port=free_port())
    sink.start()
    yield sink
    sink.stop()


def letter(text: str = "Dzień dobry") -> EmailMessage:
    """Return a short mail."""
    message = EmailMessage()
    message["From"] = "anna@example.net"
    message["To"] = "pomoc-dynamics@example.com"
    message["Subject"] = "Drukarka"
    message.set_content(text)
    return message


def test_postfix_hands_mail_on_in_both_roles(postfix, letterbox):
    """Mail put into Postfix arrives by LMTP as in front of mailgate, by SMTP as its smarthost."""
    lmtp = isinstance(letterbox, LmtpController)
    instance = postfix(**{"lmtp_port" if lmtp else "relay_to": letterbox.port})
    with smtplib.SMTP("127.0.0.1", instance.port) as client:
        client.send_message(letter())

    received = letterbox.handler.received
    wait_for(lambda: received or None, "the mail has passed Postfix")

    assert [(sender, recipients) for sender, recipients, _ in received] == [
        ("anna@example.net", ["pomoc-dynamics@example.com"])
    ]
    wait_for(lambda: "removed" in instance.log(), "Postfix has settled it")
    assert instance.queue() == ""


def test_postfix_keeps_what_is_put_off(postfix, letterbox):
    """A mail answered 451 stays in Postfix's queue and is told there with its reason."""
    lmtp = isinstance(letterbox, LmtpController)
    instance = postfix(**{"lmtp_port" if lmtp else "relay_to": letterbox.port})
    with smtplib.SMTP("127.0.0.1", instance.port) as client:
        client.send_message(letter("later, please"))

    wait_for(lambda: "status=deferred" in instance.log(), "Postfix was put off")

    assert "451 4.3.0 Later" in instance.queue()
    instance.stop()
    instance.stop()


def test_postgresql_syncs_and_gives_fresh_databases(postgres):
    """A database is a copy of its template, and what mailgate demands of the server holds."""
    url = postgres.create("first")
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE letter (id int)")
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW full_page_writes").fetchone() == ("on",)
    copy = postgres.create(template="first")
    with psycopg.connect(copy.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT count(*) FROM letter").fetchone() == (0,)
    postgres.drop(copy)
