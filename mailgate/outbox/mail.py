"""The outbox: mail to be sent, one row per recipient.

Promises that a row is written in the transaction of what it speaks of, once per entry, recipient
and kind, with its Message-ID fixed before the first try. A row is due, leased, delivered, refused
or cancelled; whatever goes wrong, it stays due or is listed as refused.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint, func, select
from sqlmodel import Field, Session, SQLModel, col

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

    mail_from: envelope sender, "" for the null one. ticket_id, entry_id: None for mail to the
    admin, which belongs to no ticket. headers: the head with its blank line; the
    rest is the blob body_sha256, which the mail's other recipients share. first_due_at: the five
    days of trying count from here.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("entry_id", "recipient", "kind"),
        Index("ix_outbox_state_next_try_at", "state", "next_try_at", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id", index=True)
    entry_id: int | None = Field(default=None, foreign_key="entry.id")
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

    ticket_id: int | None
    entry_id: int | None
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
    ticket_id: int | None
    entry_id: int | None
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


def waiting(session: Session) -> int:
    """Return how many mails are still to be sent."""
    statement = select(func.count()).where(col(OutboxMail.state).in_((State.DUE, State.LEASED)))
    return int(session.execute(statement).scalar_one())


def kinds_sent_as(session: Session, message_id: str) -> set[Kind]:
    """Return what kinds of mail went out under a Message-ID, none if it is not one of ours."""
    statement = select(col(OutboxMail.kind)).where(col(OutboxMail.message_id) == message_id)
    return {Kind(kind) for kind in session.execute(statement).scalars()}


def recipients_of(session: Session, message_id: str) -> list[str]:
    """Return to whom mail went out under a Message-ID, nobody if it is not one of ours."""
    statement = select(col(OutboxMail.recipient)).where(col(OutboxMail.message_id) == message_id)
    return list(session.execute(statement.order_by(col(OutboxMail.id))).scalars())
