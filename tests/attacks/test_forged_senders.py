"""Spam that wants to go out under our name: forged senders, and what they choose to say."""

import base64
import smtplib
from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from mailgate.tickets.model import Entry, Ticket
from tests.world.smarthost import Letter
from tests.world.world import World

DESK, ADMIN = "PomocDYNAMICS@example.com", "admin@example.org"
PAYLOAD, CAP = "KREDYT-BEZ-PYTANIA", 200
MAILS = {"sqlite": 1_000, "postgresql": 300}
CODED = base64.b64encode(PAYLOAD.encode()).decode()


def spam(victim: str) -> bytes:
    """Return a mail that says the payload wherever a sender may choose what to say."""
    return (
        f"From: {PAYLOAD} <{victim}>\r\nReply-To: {PAYLOAD} <drop@evil.example>\r\n"
        f"To: {PAYLOAD} <{DESK}>\r\nCc: {PAYLOAD} <{PAYLOAD}@evil.example>\r\n"
        f"Subject: {PAYLOAD} https://evil.example\r\nMessage-ID: <{PAYLOAD}.1@evil.example>\r\n"
        f"In-Reply-To: <{PAYLOAD}.2@evil.example>\r\nReferences: <{PAYLOAD}@evil.example>\r\n"
        f"Thread-Topic: {PAYLOAD}\r\nThread-Index: {CODED}\r\nOrganization: {PAYLOAD}\r\n"
        f"X-Mailer: {PAYLOAD}\r\n\r\n{PAYLOAD} https://evil.example\r\n"
    ).encode()


def everything_in(letter: Letter) -> str:
    """Return a letter as it went out, and as its reader sees it, in upper case."""
    seen = [letter.octets.decode(), letter.subject, letter.text, letter.html]
    seen += [str(value) for value in letter.message.values()]
    return "\n".join(seen).upper()


@pytest.mark.attack("A03")
def test_a_thousand_forged_senders_get_no_word_of_the_spammer(
    world: World, database_kind: str, record_property: Callable[[str, object], None]
) -> None:
    """A03: as many tickets, no more acknowledgements than the cap, his words in none of them.

    Each ticket that was not acknowledged says why, and the admin is told once.
    """
    world.the_admin_is(ADMIN)
    world.the_log_may_say("acknowledgements-capped")
    world.starts_daemon()
    mails = MAILS[database_kind]
    victims = [f"victim{number}@firma{number % 500}.example" for number in range(mails)]
    with smtplib.SMTP("127.0.0.1", world.daemon.ports["smtp"], timeout=60) as smtp:
        for victim in victims:
            smtp.sendmail(victim, [DESK], spam(victim))
    world.settles()
    with world.database.reading() as session:
        counted = select(func.count()).select_from(Ticket)
        tickets = session.execute(counted).scalar_one()
        reasons = (
            session.execute(select(col(Entry.text)).where(col(Entry.event) == "not-acknowledged"))
            .scalars()
            .all()
        )
    sent = [each for each in world.smarthost.letters if each.recipient in victims]
    record_property("figure", f"{len(sent)} acknowledgements of {tickets} tickets")
    assert tickets == mails
    assert len({each.recipient for each in sent}) == len(sent) == CAP
    assert not [each for each in sent if PAYLOAD in everything_in(each) or CODED in str(each)]
    assert len(reasons) == mails - CAP and all("limit of 200" in each for each in reasons)
    assert not world.smarthost.letters_to("drop@evil.example")
    (alarm,) = world.smarthost.letters_to(ADMIN)
    assert "capped" in alarm.subject and len(world.daemon.events("acknowledgements-capped")) == 1
