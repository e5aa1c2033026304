from dataclasses import replace
from datetime import datetime

import pytest
from sqlmodel import Session, col

from mailgate import hours, tokens
from mailgate.message.address import Address
from mailgate.outbox.mail import OutboxMail
from mailgate.replies.acknowledge import Limits
from mailgate.replies.templates import Event
from mailgate.store.database import Database
from mailgate.tickets import correspondence, entries, people, service, views
from mailgate.tickets.model import Role, Ticket
from mailgate.tickets.office import Office
from mailgate.tokens import Purpose
from tests.unit.bureau import (
    AGENT,
    ANNA,
    DAY,
    DESK_ADDRESS,
    EWA,
    HOUR,
    KEYS,
    NOW,
    OFFICE,
    contribution,
    events,
    office,
    opened,
    sent,
)

BOB, CAROL = "bob@example.net", "carol@example.org"
COPYING = office(copies=True)
PAYLOAD = "KUPTERAZ"


def copied(session: Session, ticket: Ticket, *addresses: str, since: datetime = NOW) -> None:
    """Put addresses in copy of a ticket."""
    for address in addresses:
        person = people.meet(session, Address(address), since)
        people.join(session, ticket.id or 0, person.person_id, address, Role.CC, since)


def proven(session: Session, address: str = ANNA) -> None:
    """Let an address be known to be his who writes from it."""
    people.meet(session, Address(address), NOW)
    people.prove(session, address, "agent", NOW)


def acknowledged(session: Session, at: Office, *, with_words: bool = False) -> Ticket:
    """Open Anna's ticket and acknowledge it."""
    given = contribution(subject=f"{PAYLOAD} {PAYLOAD}", name=PAYLOAD, text=PAYLOAD)
    ticket, entry = opened(session, given, at=at)
    receipt = hours.receipt(NOW, at.department_of(ticket).calendar)
    correspondence.acknowledge(session, at, ticket, entry, receipt, NOW, with_words=with_words)
    return ticket


def test_an_answer_goes_to_each_with_his_own_row(database: Database) -> None:
    """One Message-ID, the same To and Cc for all; the marks of a machine for none."""
    with database.writing() as session:
        ticket, _ = opened(session)
        copied(session, ticket, BOB, CAROL)
        entry = service.reply(session, OFFICE, ticket, AGENT, "Proszę spróbować.", NOW)
        mails = sent(session)
    assert [each.recipient for each in mails] == [ANNA, BOB, CAROL]
    assert {each.message_id for each in mails} == {entry.message_id}
    for mail in mails:
        assert (mail.kind, mail.event, mail.mail_from) == (
            "reply",
            "comment",
            "PomocDYNAMICS@example.com",
        )
        assert (mail.header("To"), mail.header("Cc")) == (ANNA, f"{BOB}, {CAROL}")
        assert "Proszę spróbować." in mail.words
        for mark in ("Auto-Submitted", "X-Auto-Response-Suppress", "X-Mailgate-Loop", "Precedence"):
            assert mail.parsed[mark] is None


@pytest.mark.parametrize("event", [Event.HOLD, Event.RESOLVED, Event.CLOSED, Event.MOVED])
def test_a_notice_bears_every_mark_of_a_machine(database: Database, event: Event) -> None:
    """And has the null sender, so that nothing comes back and nothing answers."""
    with database.writing() as session:
        ticket, _ = opened(session)
        ticket.hold_until = NOW.date()
        entry = entries.add_event(session, ticket, event.value, "x", NOW, AGENT)
        correspondence.send(session, OFFICE, ticket, entry, event, NOW)
        (mail,) = sent(session)
    assert (mail.kind, mail.event, mail.mail_from) == ("notice", event.value, "")
    assert mail.header("Auto-Submitted") == "auto-generated"
    assert mail.header("X-Auto-Response-Suppress") == "All"
    assert mail.header("X-Mailgate-Loop") == OFFICE.instance


def test_mail_stands_in_the_customers_conversation(database: Database) -> None:
    """In-Reply-To his last mail; References with the first, the ticket's anchor and the last."""
    with database.writing() as session:
        ticket, entry = opened(session, contribution(message_id="<1@example.net>"))
        receipt = hours.receipt(NOW, OFFICE.department_of(ticket).calendar)
        correspondence.acknowledge(session, OFFICE, ticket, entry, receipt, NOW, with_words=False)
        second = contribution(message_id="<2@example.net>")
        service.follow_up(session, OFFICE, ticket, second, NOW, NOW, speaks=True)
        service.reply(session, OFFICE, ticket, AGENT, "tak", NOW)
        acknowledgement, answer = sent(session)
    anchor = tokens.anchor(ticket.number, OFFICE.instance, OFFICE.domain)
    assert acknowledgement.header("In-Reply-To") == "<1@example.net>"
    assert acknowledgement.header("References").split() == ["<1@example.net>", anchor]
    assert acknowledgement.header("Auto-Submitted") == "auto-replied"
    assert answer.header("In-Reply-To") == "<2@example.net>"
    assert answer.header("References").split() == ["<1@example.net>", anchor, "<2@example.net>"]


def test_our_message_ids_lead_back_to_the_ticket(database: Database) -> None:
    """Signed, and known by index."""
    with database.writing() as session:
        ticket = acknowledged(session, OFFICE)
        (mail,) = sent(session)
        token = tokens.read_message_id(KEYS, mail.message_id, OFFICE.instance, NOW.date())
        assert token is not None and token.number == ticket.number
        assert views.by_sent(session, mail.message_id) is ticket


def test_outlooks_thread_is_continued(database: Database) -> None:
    """A child of the customer's own index; where he has none, there is none."""
    index = "AQHa" + "A" * 26 + "=="
    with database.writing() as session:
        ticket, _ = opened(session, contribution(thread_index=index))
        service.reply(session, OFFICE, ticket, AGENT, "tak", NOW)
        other, _ = opened(session)
        service.reply(session, OFFICE, other, AGENT, "tak", NOW)
        with_index, without = sent(session)
    assert with_index.header("Thread-Index") and without.parsed["Thread-Index"] is None
    assert with_index.header("Thread-Topic") == "Drukarka"


def test_reply_address_and_envelope_sender_read_back_as_the_tickets(database: Database) -> None:
    """Where subaddresses work: each recipient's own, the one for replies, the other for bounces."""
    at = office(subaddressing=True)
    with database.writing() as session:
        ticket, _ = opened(session, at=at)
        copied(session, ticket, BOB)
        service.reply(session, at, ticket, AGENT, "tak", NOW)
        ids = {each: (found := people.find(session, each)) and found.id for each in (ANNA, BOB)}
        mails = sent(session)
    for mail in mails:
        for address, purpose in (
            (mail.header("Reply-To"), Purpose.REPLY),
            (mail.mail_from, Purpose.RETURN),
        ):
            token = tokens.read_address(KEYS, address.upper(), NOW.date())
            assert token == tokens.Token(purpose, ticket.number, ids[mail.recipient] or 0)
            assert len(address.rpartition("@")[0]) <= 64
            assert at.directory.is_own(address)
    assert len({mail.header("Reply-To") for mail in mails}) == 2


def test_automatic_mail_has_a_reply_address_and_the_null_sender(database: Database) -> None:
    """A bounce of it must go nowhere, a reply to it to its ticket."""
    with database.writing() as session:
        acknowledged(session, office(subaddressing=True))
        (mail,) = sent(session)
    assert mail.mail_from == ""
    assert tokens.read_address(KEYS, mail.header("Reply-To"), NOW.date()) is not None


@pytest.mark.parametrize("event", [Event.HOLD, Event.RESOLVED, Event.CLOSED, Event.REOPENED])
def test_no_word_of_an_unproven_requester_stands_in_automatic_mail(
    database: Database, event: Event
) -> None:
    """Neither subject nor name nor text, in no header and no part, to him or to the CC."""
    with database.writing() as session:
        ticket = acknowledged(session, OFFICE)
        copied(session, ticket, CAROL)
        ticket.hold_until = NOW.date()
        entry = entries.add_event(session, ticket, event.value, "x", NOW, AGENT)
        correspondence.send(session, OFFICE, ticket, entry, event, NOW, comment="od agenta")
        mails = sent(session)
    assert len(mails) == 3
    for mail in mails:
        assert PAYLOAD not in mail.words
        assert PAYLOAD.encode() not in mail.raw


def test_a_proven_requester_is_addressed_by_name_and_subject(database: Database) -> None:
    """He reads what he wrote."""
    with database.writing() as session:
        proven(session)
        acknowledged(session, OFFICE, with_words=True)
        (mail,) = sent(session)
    assert PAYLOAD in mail.header("Subject") and PAYLOAD in mail.header("To")


@pytest.mark.parametrize(
    "address",
    [
        DESK_ADDRESS,
        "PomocDynamics+t1@EXAMPLE.com",
        "unknown",
        "two words@example.net",
        '"a b"@example.net',
        "jö\u2028rg@example.net",
        "a@b\r\nBcc: x@example.net",
        "a" * 65 + "@example.net",
        "anna@[192.0.2.1]",
    ],
)
def test_who_cannot_be_written_to_is_left_out_with_a_reason(
    database: Database, address: str
) -> None:
    """Also as the requester; the others of the ticket still get theirs."""
    with database.writing() as session:
        ticket, _ = opened(session, contribution(address))
        copied(session, ticket, BOB)
        service.reply(session, OFFICE, ticket, AGENT, "tak", NOW)
        (mail,) = sent(session)
        assert (mail.recipient, mail.header("To"), mail.parsed["Cc"]) == (BOB, BOB, None)
        ((event, text),) = events(session, ticket)
    assert event == "not-sent" and text.startswith("comment not sent: the recipient")
    assert b"Bcc" not in mail.raw


def test_an_address_outside_ascii_is_written_to_beside_the_others(database: Database) -> None:
    """He gets all addresses; who can do without SMTPUTF8 gets the mail without his (C24)."""
    with database.writing() as session:
        ticket, _ = opened(session, contribution("jörg@example.net"))
        copied(session, ticket, BOB)
        service.reply(session, OFFICE, ticket, AGENT, "tak", NOW)
        first, second = sent(session)
        assert events(session, ticket) == []
    assert (first.recipient, second.recipient) == ("jörg@example.net", BOB)
    assert first.message_id == second.message_id
    assert "To: jörg@example.net\r\n".encode() in first.raw
    assert second.raw.partition(b"\r\n\r\n")[0].isascii()
    assert (second.header("To"), second.parsed["Cc"]) == (BOB, None)


@pytest.mark.parametrize(("is_proven", "limit"), [(False, 5), (True, 10)])
def test_automatic_mail_to_one_address_ends_at_the_days_limit(
    database: Database, is_proven: bool, limit: int
) -> None:
    """What is left out is recorded; an agent's words are no automatic mail; tomorrow it goes on."""
    with database.writing() as session:
        if is_proven:
            proven(session)
        ticket, _ = opened(session)

        def notice(at: datetime) -> None:
            entry = entries.add_event(session, ticket, "closed", "x", at, AGENT)
            correspondence.send(session, OFFICE, ticket, entry, Event.CLOSED, at)

        for _ in range(limit + 2):
            notice(NOW)
        service.reply(session, OFFICE, ticket, AGENT, "tak", NOW)
        kinds = [mail.kind for mail in sent(session)]
        assert kinds == ["notice"] * limit + ["reply"]
        told = [text for event, text in events(session, ticket) if event == "not-sent"]
        assert len(told) == 2 and f"limit of {limit} automatic mails a day" in told[0]
        notice(NOW + DAY)
        assert len(sent(session)) == limit + 2


def test_without_limits_nothing_is_left_out(database: Database) -> None:
    """An operator may have none."""
    at = replace(OFFICE, limits=Limits(unproven_day=None, proven_day=None))
    with database.writing() as session:
        ticket, _ = opened(session)
        for _ in range(12):
            entry = entries.add_event(session, ticket, "closed", "x", NOW, AGENT)
            correspondence.send(session, at, ticket, entry, Event.CLOSED, NOW)
        assert len(sent(session)) == 12


def test_an_entry_is_told_once_to_each_recipient_and_kind(database: Database) -> None:
    """Telling it again adds no row and no line in the ledger."""
    with database.writing() as session:
        ticket, _ = opened(session)
        entry = entries.add_event(session, ticket, "closed", "x", NOW, AGENT)
        for _ in range(2):
            correspondence.send(session, OFFICE, ticket, entry, Event.CLOSED, NOW)
        assert len(sent(session)) == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"proven": True}, [BOB, CAROL]),
        ({"proven": False}, []),
        ({"proven": True, "sender": BOB}, [CAROL]),
        ({"proven": True, "sender": "Bob@EXAMPLE.net"}, [CAROL]),
    ],
)
def test_those_in_copy_read_what_a_proven_participant_writes(
    database: Database, changes: dict[str, object], told: list[str]
) -> None:
    """Not himself, and nothing of who may have forged his address."""
    with database.writing() as session:
        ticket, _ = opened(session)
        copied(session, ticket, BOB, CAROL)
        said = contribution(text="Nadal nie działa.", **changes)  # type: ignore[arg-type]
        entry = service.follow_up(session, COPYING, ticket, said, NOW + HOUR, NOW, speaks=False)
        correspondence.tell_copied(session, OFFICE, ticket, entry, NOW + HOUR)
        assert not sent(session), "the department does not pass it on"
        correspondence.tell_copied(session, COPYING, ticket, entry, NOW + HOUR)
        mails = sent(session)
    assert [mail.recipient for mail in mails] == told
    assert all("Nadal nie działa." in mail.words for mail in mails)


@pytest.mark.attack("A03")
def test_whoever_names_many_in_copy_makes_us_no_relay(database: Database) -> None:
    """To addresses that proved nothing so many mails an hour as are acknowledged, and no more."""
    at = replace(COPYING, limits=Limits(installation_hour=4))
    with database.writing() as session:
        for number in range(3):
            ticket, _ = opened(session, contribution(message_id=f"<{number}@example.net>"))
            copied(session, ticket, *(f"c{number}{each}@example.org" for each in range(2)))
            said = contribution(text="ZALEWAM", proven=True)
            service.follow_up(session, at, ticket, said, NOW, NOW, speaks=True)
        mails = [each for each in sent(session) if "ZALEWAM" in each.words]
        why = [text for event, text in events(session, ticket) if event == "not-sent"]
    assert len(mails) == 4
    assert len(why) == 2 and all("limit of 4 mails an hour" in each for each in why)


def test_those_in_copy_read_only_what_comes_later(database: Database) -> None:
    """A mail that was on its way before they joined is not theirs."""
    with database.writing() as session:
        ticket, _ = opened(session)
        copied(session, ticket, BOB, since=NOW + HOUR)
        said = contribution(proven=True)
        for received_at, mails in ((NOW, 0), (NOW + HOUR, 1)):
            entry = service.follow_up(
                session, COPYING, ticket, said, received_at, NOW + 2 * HOUR, speaks=True
            )
            assert len(sent(session, col(OutboxMail.entry_id) == entry.id)) == mails


def test_a_letter_is_in_the_tickets_language(database: Database) -> None:
    """And the department's, where the customer's is not known."""
    with database.writing() as session:
        ticket, _ = opened(session, contribution(language=None))
        assert ticket.language == "pl"
        ticket.language = "en"
        service.close(session, OFFICE, ticket, AGENT, "", NOW)
        (mail,) = sent(session)
    assert mail.header("Content-Language") == "en" and EWA not in mail.words
