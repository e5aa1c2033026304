"""Writing down what happens to a ticket: entries, their files, statuses, Message-IDs, links.

The only place that inserts into these tables. Works in the caller's transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from mailgate.message.address import Address
from mailgate.message.message import Attachment as MailAttachment
from mailgate.message.message import Invitation
from mailgate.replies import meeting
from mailgate.replies.compose import File
from mailgate.store import blobs
from mailgate.store.database import insert_once, insert_row
from mailgate.tickets import files, numbers
from mailgate.tickets.lifecycle import Status
from mailgate.tickets.model import (
    Entry,
    EntryKind,
    KnownMessage,
    LinkKind,
    Source,
    StatusChange,
    Ticket,
    TicketLink,
)
from mailgate.tickets.office import SYSTEM, Actor


@dataclass(frozen=True)
class Contribution:
    """What someone sent us, ready to become an entry.

    spool_id, sha256, message_id, fingerprint: of the mail, None and "" where it came by another
    channel. proven: the sender's address is known to be his.
    """

    author: Address
    source: str
    text: str
    full_text: str
    subject: str = ""
    language: str | None = None
    message_id: str = ""
    fingerprint: str = ""
    attachments: Sequence[MailAttachment] = ()
    spool_id: int | None = None
    sha256: str | None = None
    nature: str = ""
    authenticity: str = "none"
    proven: bool = False
    third_party: bool = False
    defects: tuple[str, ...] = ()
    thread_index: str = ""
    invitations: tuple[Invitation, ...] = ()


def in_words(contribution: Contribution, zone: ZoneInfo, language: str) -> Contribution:
    """Return what someone sent with its invitations in words, by the clock of the department."""
    told = contribution.invitations
    if not told:
        return contribution
    text = meeting.with_meetings(contribution.text, told, zone, language)
    full_text = meeting.with_meetings(contribution.full_text, told, zone, language)
    return replace(contribution, text=text, full_text=full_text)


def add_ticket(session: Session, unnumbered: Ticket) -> Ticket:
    """Store a new ticket under a number of its own, and return it as stored.

    On PostgreSQL another transaction may store a number between its drawing and its use here.
    """
    values = unnumbered.model_dump(exclude={"id"})
    while True:
        values["number"] = number = numbers.draw(session)
        if insert_once(session, Ticket, values):
            its = select(Ticket).where(col(Ticket.number) == number)
            stored: Ticket = session.execute(its).scalars().one()
            return stored


def add_message(
    session: Session,
    ticket: Ticket,
    contribution: Contribution,
    at: datetime,
    effective_at: datetime | None,
) -> Entry:
    """Add what someone sent as an entry, with its files and its Message-ID."""
    entry = Entry(
        ticket_id=_id(ticket.id),
        kind=EntryKind.MESSAGE,
        source=contribution.source,
        author=contribution.author.address,
        author_name=contribution.author.name,
        at=at,
        effective_received_at=effective_at,
        text=contribution.text,
        full_text=contribution.full_text,
        message_id=contribution.message_id,
        spool_id=contribution.spool_id,
        sha256=contribution.sha256,
        nature=contribution.nature,
        authenticity=contribution.authenticity,
        proven=contribution.proven,
        third_party=contribution.third_party,
        defects=list(contribution.defects),
    )
    session.add(entry)
    session.flush()
    files.add_of_mail(session, entry, contribution.attachments)
    if contribution.message_id:
        message_id, fingerprint = contribution.message_id, contribution.fingerprint
        remember_message(session, ticket, entry, "in", message_id, fingerprint)
    return entry


def add_words(
    session: Session, ticket: Ticket, kind: EntryKind, by: Actor, text: str, at: datetime
) -> Entry:
    """Add an agent's reply or note."""
    entry = Entry(
        ticket_id=_id(ticket.id),
        kind=kind,
        source=by.source,
        author=by.who.address,
        author_name=by.who.name,
        at=at,
        text=text,
        full_text=text,
        proven=True,
    )
    session.add(entry)
    session.flush()
    return entry


def add_event(
    session: Session, ticket: Ticket, event: str, text: str, at: datetime, by: Actor = SYSTEM
) -> Entry:
    """Add a line to the history: what happened, in a sentence, and who did it."""
    entry = Entry(
        ticket_id=_id(ticket.id),
        kind=EntryKind.EVENT,
        source=by.source if by is not SYSTEM else Source.SYSTEM,
        event=event,
        author=by.who.address,
        author_name=by.who.name,
        at=at,
        text=text,
        full_text=text,
    )
    session.add(entry)
    session.flush()
    return entry


def add_files(session: Session, entry: Entry, given: Sequence[File], at: datetime) -> None:
    """Add files that did not come by mail, as blobs of their own."""
    for file in given:
        digest = blobs.put_bytes(session, file.content, at)
        kept = MailAttachment(0, file.name, file.type, len(file.content), digest)
        files.add(session, entry, kept, part=None)


def set_status(session: Session, ticket: Ticket, entry: Entry, after: Status, at: datetime) -> None:
    """Move a ticket to a status because of an entry; nothing happens if it is there already."""
    before = ticket.status
    if before == after:
        return
    ticket.status = after
    ticket.hold_until = ticket.hold_until if after is Status.ON_HOLD else None
    ticket.close_at = ticket.close_at if after is Status.RESOLVED else None
    ticket.closed_at = at if after is Status.CLOSED else None
    record_status(session, ticket, entry, before, at)


def record_status(
    session: Session, ticket: Ticket, entry: Entry, before: str | None, at: datetime
) -> None:
    """Write the ticket's present status into its history; before: None for a new ticket."""
    values = {
        "ticket_id": ticket.id,
        "entry_id": entry.id,
        "at": at,
        "before": before,
        "after": ticket.status,
    }
    insert_row(session, StatusChange, values)


def remember_message(
    session: Session,
    ticket: Ticket,
    entry: Entry,
    direction: str,
    message_id: str,
    fingerprint: str = "",
) -> None:
    """Index the Message-ID of a mail in or out, so that replies to it find the ticket."""
    values = {
        "message_id": message_id[:512],
        "direction": direction,
        "department": ticket.department,
        "ticket_id": ticket.id,
        "entry_id": entry.id,
        "fingerprint": fingerprint,
        "at": entry.at,
    }
    insert_row(session, KnownMessage, values)


def link(session: Session, ticket: Ticket, other_id: int, kind: LinkKind) -> None:
    """Link two tickets; linking them again does nothing."""
    if ticket.id != other_id:
        low, high = sorted((_id(ticket.id), other_id))
        insert_once(session, TicketLink, {"ticket_id": low, "other_id": high, "kind": kind})


def _id(key: int | None) -> int:
    if key is None:
        raise ValueError("the row is not stored yet; flush the session first")
    return key
