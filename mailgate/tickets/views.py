"""Questions about tickets, without effects: find, list, history, what is due.

Answers are rows to be read, or plain values for printing; nobody writes through them except the
service, which locks the row it is about to change.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from mailgate.message.message import Nature
from mailgate.store.text import is_storable
from mailgate.tickets.lifecycle import Status
from mailgate.tickets.model import (
    Attachment,
    Entry,
    EntryKind,
    KnownMessage,
    Participant,
    Role,
    Ticket,
    TicketLink,
)

_MAX_MERGES = 20
_PATTERN_SIGN, _ESCAPED = re.compile(r"([\\%_])"), r"\\\1"
_MAX_KNOWN = 1_000
_AUTOMATIC = (Nature.AUTO_REPLY, Nature.MACHINE)


@dataclass(frozen=True)
class Filter:
    """What a list of tickets is narrowed to; None narrows nothing."""

    status: Status | None = None
    department: str | None = None
    requester: str | None = None
    since: datetime | None = None
    search: str | None = None


def by_number(session: Session, number: int) -> Ticket | None:
    """Return the ticket of that number, or the one it was merged into."""
    return by_numbers(session, [number]).get(number)


def by_id(session: Session, ticket_id: int) -> Ticket:
    """Return the ticket with that row id, or the one it was merged into."""
    return _survivor(session, session.get_one(Ticket, ticket_id))


def locked(session: Session, ticket_id: int) -> Ticket:
    """Return a ticket to be changed; nobody else changes it until the transaction ends.

    Rows that name it may be added meanwhile, such as a stranger's link.
    """
    statement = (
        select(Ticket)
        .where(col(Ticket.id) == ticket_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    ticket: Ticket = session.execute(statement).scalars().one()
    return ticket


def by_numbers(session: Session, numbers: Collection[int]) -> dict[int, Ticket]:
    """Return the tickets of these numbers, each merged one as its survivor."""
    if not numbers:
        return {}
    statement = select(Ticket).where(col(Ticket.number).in_(numbers))
    found = {ticket.number: ticket for ticket in session.execute(statement).scalars()}
    return {number: _survivor(session, ticket) for number, ticket in found.items()}


def by_message_ids(session: Session, message_ids: Collection[str]) -> dict[str, list[Ticket]]:
    """Return the tickets to which mails in or out with these Message-IDs belong, oldest first.

    Several, for a mail to two departments, and for one whose Message-ID another had used.
    """
    if not message_ids:
        return {}
    cut = {each[:512]: each for each in message_ids}
    statement = (
        select(col(KnownMessage.message_id), Ticket)
        .join(Ticket, col(Ticket.id) == col(KnownMessage.ticket_id))
        .where(col(KnownMessage.message_id).in_(cut))
        .order_by(col(KnownMessage.id))
        .limit(_MAX_KNOWN)
    )
    found: dict[str, list[Ticket]] = {}
    for message_id, ticket in session.execute(statement).all():
        found.setdefault(cut[message_id], []).append(_survivor(session, ticket))
    return found


def by_sent(session: Session, message_id: str) -> Ticket | None:
    """Return the ticket from which a mail went out under a Message-ID, None if none did."""
    statement = (
        select(Ticket)
        .join(KnownMessage, col(Ticket.id) == col(KnownMessage.ticket_id))
        .where(
            col(KnownMessage.message_id) == message_id[:512],
            col(KnownMessage.direction) == "out",
        )
        .limit(1)
    )
    ticket = session.execute(statement).scalars().first()
    return None if ticket is None else _survivor(session, ticket)


_SAME_MESSAGE = (
    select(KnownMessage)
    .where(
        col(KnownMessage.message_id) == bindparam("message_id"),
        col(KnownMessage.direction) == "in",
        col(KnownMessage.fingerprint) == bindparam("fingerprint"),
        col(KnownMessage.at) >= bindparam("since"),
    )
    .order_by(col(KnownMessage.id))
)


def same_message(
    session: Session, message_id: str, fingerprint: str, since: datetime
) -> list[KnownMessage]:
    """Return the mails taken in since then that bear the same Message-ID and say the same."""
    known = {"message_id": message_id[:512], "fingerprint": fingerprint, "since": since}
    return list(session.execute(_SAME_MESSAGE, known).scalars())


def listing(session: Session, wanted: Filter, limit: int = 1000) -> list[tuple[Ticket, int]]:
    """Return tickets, the latest change first, each with the number of its entries."""
    asked = (wanted.department, wanted.requester, wanted.search)
    if not all(is_storable(each) for each in asked if each is not None):
        return []
    count = select(func.count()).where(col(Entry.ticket_id) == col(Ticket.id)).scalar_subquery()
    statement = _narrowed(session, select(Ticket, count), wanted)
    ordered = statement.order_by(col(Ticket.updated_at).desc(), col(Ticket.id).desc())
    return [(row[0], int(row[1])) for row in session.execute(ordered.limit(limit))]


def _narrowed(
    session: Session, statement: Select[tuple[Ticket, int]], wanted: Filter
) -> Select[tuple[Ticket, int]]:
    if wanted.status is not None:
        statement = statement.where(col(Ticket.status) == wanted.status)
    if wanted.department is not None:
        statement = statement.where(col(Ticket.department) == wanted.department)
    if wanted.requester is not None:
        sought = func.lower(col(Ticket.requester_address))
        statement = statement.where(sought == wanted.requester.lower())
    if wanted.since is not None:
        statement = statement.where(col(Ticket.created_at) >= wanted.since)
    if wanted.search is not None:
        words = _contains(session, col(Entry.text), wanted.search)
        inside = select(col(Entry.ticket_id)).where(words)
        titled = _contains(session, col(Ticket.subject), wanted.search)
        statement = statement.where(or_(titled, col(Ticket.id).in_(inside)))
    return statement


def _contains(session: Session, column: Mapped[str], words: str) -> ColumnElement[bool]:
    """Say whether a text has the words in it, in any case."""
    if session.get_bind().dialect.name == "sqlite":
        # SQLite's own LIKE and lower() know the case of ASCII alone.
        sqlite: Any = session.connection().connection.driver_connection
        sqlite.create_function("casefold", 1, str.casefold, deterministic=True)
        return func.instr(func.casefold(column), words.casefold()) > 0
    return column.ilike(f"%{_PATTERN_SIGN.sub(_ESCAPED, words)}%", escape="\\")


def history(session: Session, ticket_id: int) -> list[tuple[Entry, list[Attachment]]]:
    """Return the entries of a ticket in the order in which they came, with their files."""
    entries = session.execute(
        select(Entry).where(col(Entry.ticket_id) == ticket_id).order_by(col(Entry.id))
    ).scalars()
    files = session.execute(
        select(Attachment)
        .join(Entry, col(Entry.id) == col(Attachment.entry_id))
        .where(col(Entry.ticket_id) == ticket_id)
        .order_by(col(Attachment.id))
    ).scalars()
    by_entry: dict[int, list[Attachment]] = {}
    for file in files:
        by_entry.setdefault(file.entry_id, []).append(file)
    return [(entry, by_entry.get(entry.id or 0, [])) for entry in entries]


def files_of(session: Session, entry_id: int) -> list[Attachment]:
    """Return the files of an entry."""
    its = select(Attachment).where(col(Attachment.entry_id) == entry_id)
    return list(session.execute(its.order_by(col(Attachment.id))).scalars())


def last_replies(session: Session, ticket_id: int, since: datetime) -> list[tuple[str, str]]:
    """Return author and text of the last two public replies in a ticket, where they came since."""
    its = (
        select(col(Entry.author), col(Entry.text), col(Entry.at))
        .where(col(Entry.ticket_id) == ticket_id, col(Entry.kind) == EntryKind.REPLY)
        .order_by(col(Entry.id).desc())
        .limit(2)
    )
    return [(row.author, row.text) for row in session.execute(its) if row.at > since]


def linked(session: Session, ticket_id: int) -> list[int]:
    """Return the numbers of the tickets linked with this one."""
    others = select(col(TicketLink.other_id)).where(col(TicketLink.ticket_id) == ticket_id)
    back = select(col(TicketLink.ticket_id)).where(col(TicketLink.other_id) == ticket_id)
    statement = (
        select(col(Ticket.number))
        .where(or_(col(Ticket.id).in_(others), col(Ticket.id).in_(back)))
        .order_by(col(Ticket.number))
    )
    return list(session.execute(statement).scalars())


def copied(session: Session, ticket_id: int) -> list[Participant]:
    """Return the CC recipients of a ticket."""
    statement = (
        select(Participant)
        .where(col(Participant.ticket_id) == ticket_id, col(Participant.role) == Role.CC)
        .order_by(col(Participant.id))
    )
    return list(session.execute(statement).scalars())


def thread_of(session: Session, ticket_id: int) -> list[str]:
    """Return the Message-IDs of the customer's mails in a ticket: the first and the last two.

    Of what came later, the mails of machines and third parties are left out: no answer is to them.
    """
    inbound = (
        select(col(KnownMessage.message_id))
        .join(Entry, col(Entry.id) == col(KnownMessage.entry_id))
        .where(
            col(KnownMessage.ticket_id) == ticket_id,
            col(KnownMessage.direction) == "in",
            # An agent's mail stands for an entry under a name of ours, and is nobody else's.
            col(Entry.kind) == EntryKind.MESSAGE,
            col(Entry.message_id) != "",
        )
    )
    his = inbound.where(col(Entry.third_party).is_(False), col(Entry.nature).not_in(_AUTOMATIC))
    first = session.execute(inbound.order_by(col(KnownMessage.id)).limit(1)).scalars().all()
    last = session.execute(his.order_by(col(KnownMessage.id).desc()).limit(2)).scalars().all()
    return list(dict.fromkeys([*first, *reversed(last)]))


def on_hold_until(session: Session, latest: date) -> list[Ticket]:
    """Return the tickets on hold until that date or an earlier one."""
    statement = (
        select(Ticket)
        .where(col(Ticket.status) == Status.ON_HOLD, col(Ticket.hold_until) <= latest)
        .order_by(col(Ticket.id))
    )
    return list(session.execute(statement).scalars())


def resolved_due(session: Session, now: datetime) -> list[int]:
    """Return the ids of resolved tickets whose time to close has come."""
    statement = (
        select(col(Ticket.id))
        .where(col(Ticket.status) == Status.RESOLVED, col(Ticket.close_at) <= now)
        .order_by(col(Ticket.id))
    )
    return [int(each) for each in session.execute(statement).scalars() if each is not None]


def _survivor(session: Session, ticket: Ticket) -> Ticket:
    for _ in range(_MAX_MERGES):
        survivor = session.get(Ticket, ticket.merged_into) if ticket.merged_into else None
        if survivor is None:
            break
        ticket = survivor
    return ticket
