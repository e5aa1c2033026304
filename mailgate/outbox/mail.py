"""The outbox: mail to be sent, one row per recipient, and who is sending it just now.

Promises that a row is written in the transaction of what it speaks of, once per entry, recipient
and kind, with its Message-ID fixed; and that only the holder of a lease settles it. A row is due,
leased, delivered, refused or cancelled. Whatever goes wrong, it stays due or is listed as refused.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, assert_never

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint, func, select, update
from sqlmodel import Field, Session, SQLModel, col

from mailgate.outbox.outcome import Deferred, Delivered, Outcome, Refused, Unreachable
from mailgate.store import blobs
from mailgate.store.database import insert_once


class State(StrEnum):
    """Where a mail to be sent stands."""

    DUE = "due"
    LEASED = "leased"
    DELIVERED = "delivered"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class Kind(StrEnum):
    """What a mail is to the one who gets it."""

    ACKNOWLEDGEMENT = "acknowledgement"
    REPLY = "reply"
    NOTICE = "notice"


class OutboxMail(SQLModel, table=True):
    """One mail to one recipient.

    mail_from: envelope sender, "" for the null one. headers: the head with its blank line; the
    rest is the blob body_sha256, which the mail's other recipients share. first_due_at: the five
    days of trying count from here.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("entry_id", "recipient", "kind"),
        Index("ix_outbox_state_next_try_at", "state", "next_try_at", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    entry_id: int = Field(foreign_key="entry.id")
    kind: str
    event: str
    recipient: str
    mail_from: str = ""
    message_id: str = Field(index=True, max_length=512)
    headers: bytes = Field(sa_type=LargeBinary)
    body_sha256: str = Field(foreign_key="blob.sha256", index=True, max_length=64)
    state: str = State.DUE
    attempts: int = 0
    created_at: datetime
    first_due_at: datetime
    next_try_at: datetime
    leased_by: str | None = None
    leased_until: datetime | None = None
    last_error: str | None = Field(default=None, sa_type=Text)
    settled_at: datetime | None = None
    why: str | None = Field(default=None, sa_type=Text)


@dataclass(frozen=True)
class Outgoing:
    """A mail to be put in the outbox; content: the whole of it, headers and body, with CRLF."""

    ticket_id: int
    entry_id: int
    kind: Kind
    event: str
    recipient: str
    mail_from: str
    message_id: str
    content: bytes


@dataclass(frozen=True)
class Leased:
    """A mail that is ours to send until the lease runs out. attempts: made before this one."""

    id: int
    ticket_id: int
    entry_id: int
    kind: Kind
    event: str
    recipient: str
    mail_from: str
    message_id: str
    headers: bytes
    body_sha256: str
    attempts: int
    first_due_at: datetime


def put(session: Session, mail: Outgoing, at: datetime) -> bool:
    """Put a mail in the outbox, due at once; say False where the entry already has it.

    Works in the caller's transaction: sent if and only if that is committed. Unique by entry,
    recipient and kind.
    """
    head_ends = mail.content.find(b"\r\n\r\n") + 4
    if head_ends < 4:
        head_ends = len(mail.content)
    return insert_once(
        session,
        OutboxMail,
        {
            "ticket_id": mail.ticket_id,
            "entry_id": mail.entry_id,
            "kind": mail.kind.value,
            "event": mail.event,
            "recipient": mail.recipient,
            "mail_from": mail.mail_from,
            "message_id": mail.message_id,
            "headers": mail.content[:head_ends],
            "body_sha256": blobs.put_bytes(session, mail.content[head_ends:], at),
            "state": State.DUE.value,
            "attempts": 0,
            "created_at": at,
            "first_due_at": at,
            "next_try_at": at,
        },
    )


def content(session: Session, leased: Leased) -> bytes:
    """Return the whole mail as it was put in."""
    return leased.headers + blobs.get_bytes(session, leased.body_sha256)


def anything_due(session: Session, now: datetime) -> bool:
    """Say whether a lease would find something."""
    due = (col(OutboxMail.state) == State.DUE) & (col(OutboxMail.next_try_at) <= now)
    for waits in (due, _abandoned(now)):
        if session.execute(select(col(OutboxMail.id)).where(waits).limit(1)).first():
            return True
    return False


def lease(
    session: Session, owner: str, now: datetime, lease_for: timedelta, limit: int
) -> list[Leased]:
    """Lease the mails that have been due longest, at most `limit`, for whoever sends them.

    owner: names one sending loop, the same after a restart. Two loops never get the same mail; a
    lease that has run out belongs to whoever asks.
    """
    session.execute(update(OutboxMail).where(_abandoned(now)).values(_FREE))
    # As a CTE, PostgreSQL picks and locks the rows once, whatever plan it chooses for the update.
    picked = (
        select(col(OutboxMail.id))
        .where(col(OutboxMail.state) == State.DUE, col(OutboxMail.next_try_at) <= now)
        .order_by(col(OutboxMail.next_try_at), col(OutboxMail.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("picked")
    )
    statement = (
        update(OutboxMail)
        .where(col(OutboxMail.id).in_(select(picked.c.id)))
        .values(state=State.LEASED, leased_by=owner, leased_until=now + lease_for)
        .returning(*_LEASED_COLUMNS, col(OutboxMail.next_try_at))
    )
    rows = session.execute(statement).all()
    return [
        Leased(row[0], row[1], row[2], Kind(row[3]), *row[4:-1])
        for row in sorted(rows, key=lambda row: (row[-1], row[0]))
    ]


def renew(session: Session, owner: str, ids: Iterable[int], until: datetime) -> set[int]:
    """Prolong leases that are still the owner's; return which."""
    statement = (
        update(OutboxMail)
        .where(col(OutboxMail.id).in_(list(ids)), _held_by(owner))
        .values(leased_until=until)
        .returning(col(OutboxMail.id))
    )
    return set(session.execute(statement).scalars())


def release(session: Session, owner: str, ids: Iterable[int]) -> int:
    """Give back leased mails that were not tried; return how many."""
    return _freed(session, col(OutboxMail.id).in_(list(ids)) & _held_by(owner))


def release_all(session: Session, owner: str) -> int:
    """Free what a daemon that died had leased; return how many. Called at its next start.

    The mail it was just sending may reach the smarthost twice, with the same Message-ID.
    """
    return _freed(session, _held_by(owner))


def settle(
    session: Session,
    mail_id: int,
    owner: str,
    outcome: Outcome,
    now: datetime,
    next_try: datetime | None,
) -> bool:
    """Record what became of a leased mail; say False where the lease was lost meanwhile.

    next_try: when a deferred mail is tried again, None to give it up. An unreachable smarthost
    counts as no attempt.
    """
    values: dict[str, Any] = dict(_FREE)
    match outcome:
        case Delivered():
            values.update(state=State.DELIVERED, settled_at=now, last_error=None)
        case Refused(reason):
            values.update(state=State.REFUSED, settled_at=now, last_error=reason)
        case Deferred(reason) | Unreachable(reason):
            values.update(last_error=reason)
            if next_try is None:
                values.update(state=State.REFUSED, settled_at=now)
            else:
                values.update(next_try_at=next_try)
        case _:
            assert_never(outcome)
    if not isinstance(outcome, Unreachable):
        values["attempts"] = col(OutboxMail.attempts) + 1
    statement = update(OutboxMail).where(col(OutboxMail.id) == mail_id, _held_by(owner))
    changed: Any = session.execute(statement.values(values))
    return bool(changed.rowcount == 1)


def waiting(session: Session) -> int:
    """Return how many mails are still to be sent."""
    statement = select(func.count()).where(col(OutboxMail.state).in_((State.DUE, State.LEASED)))
    return int(session.execute(statement).scalar_one())


def kinds_sent_as(session: Session, message_id: str) -> set[Kind]:
    """Return what kinds of mail went out under a Message-ID, none if it is not one of ours."""
    statement = select(col(OutboxMail.kind)).where(col(OutboxMail.message_id) == message_id)
    return {Kind(kind) for kind in session.execute(statement).scalars()}


_FREE: dict[str, Any] = {"state": State.DUE, "leased_by": None, "leased_until": None}

_LEASED_COLUMNS = (
    col(OutboxMail.id),
    col(OutboxMail.ticket_id),
    col(OutboxMail.entry_id),
    col(OutboxMail.kind),
    col(OutboxMail.event),
    col(OutboxMail.recipient),
    col(OutboxMail.mail_from),
    col(OutboxMail.message_id),
    col(OutboxMail.headers),
    col(OutboxMail.body_sha256),
    col(OutboxMail.attempts),
    col(OutboxMail.first_due_at),
)


def _abandoned(now: datetime) -> Any:
    return (col(OutboxMail.state) == State.LEASED) & (col(OutboxMail.leased_until) < now)


def _held_by(owner: str) -> Any:
    return (col(OutboxMail.state) == State.LEASED) & (col(OutboxMail.leased_by) == owner)


def _freed(session: Session, which: Any) -> int:
    changed: Any = session.execute(update(OutboxMail).where(which).values(_FREE))
    return int(changed.rowcount)
