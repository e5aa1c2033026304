"""Rows for tests of the outbox: a ticket with an entry, and mail that waits for its recipients."""

from datetime import UTC, datetime

from sqlmodel import Session

from mailgate.outbox import mail
from mailgate.store.database import Database
from mailgate.tickets.model import Entry, Person, Ticket

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
TICKET = 123456
CONTENT = b"Subject: hello\r\nTo: you\r\n\r\nhello\r\n"


def an_entry(session: Session, number: int = TICKET) -> Entry:
    """Store a ticket with one entry and return the entry."""
    person = Person(created_at=NOW)
    session.add(person)
    session.flush()
    ticket = Ticket(
        number=number,
        department="dynamics",
        requester_id=person.id or 0,
        requester_address="anna@example.net",
        status="open",
        subject="hello",
        language="pl",
        created_at=NOW,
        received_at=NOW,
        effective_received_at=NOW,
        updated_at=NOW,
    )
    session.add(ticket)
    session.flush()
    entry = Entry(ticket_id=ticket.id or 0, kind="reply", source="cli", author="ewa", at=NOW)
    session.add(entry)
    session.flush()
    return entry


def outgoing(
    entry: Entry,
    recipient: str,
    kind: mail.Kind = mail.Kind.REPLY,
    content: bytes = CONTENT,
) -> mail.Outgoing:
    """Return a mail of an entry, to be put in the outbox."""
    return mail.Outgoing(
        ticket_id=entry.ticket_id,
        entry_id=entry.id or 0,
        kind=kind,
        event="reply",
        recipient=recipient,
        mail_from="desk@example.com",
        message_id=f"<{entry.id}@example.com>",
        content=content,
    )


def put(database: Database, *recipients: str, at: datetime = NOW, number: int = TICKET) -> None:
    """Commit a ticket whose one entry goes out to these recipients."""
    with database.writing() as session:
        entry = an_entry(session, number)
        for recipient in recipients:
            mail.put(session, outgoing(entry, recipient), at)
