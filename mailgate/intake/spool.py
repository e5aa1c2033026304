"""The spool: mail taken in, and what became of it.

Promises that accept() returns only after the envelope and the octets are committed, as one row
per message. A row is new, claimed, done, held or deleted; nothing but housekeeping after a
deletion ever removes its octets. When something goes wrong the row stays, new or held.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import JSON, Index, Text, UniqueConstraint, func, insert, or_, select, update
from sqlmodel import Field, Session, SQLModel, col

from mailgate.message.address import Envelope, canonical
from mailgate.store import blobs
from mailgate.store.database import Database


class State(StrEnum):
    """Where a mail taken in stands."""

    NEW = "new"
    CLAIMED = "claimed"
    DONE = "done"
    HELD = "held"
    DELETED = "deleted"


class Spool(SQLModel, table=True):
    """One mail taken in.

    turn: the order of claims, in which senders take turns. source_key: delivery identity where
    the source has one. release_to: ticket number a held mail was released into, 0 for a new one.
    """

    __table_args__ = (
        Index("ix_spool_state_turn", "state", "turn", "id"),
        Index("ix_spool_sender_key_state_turn", "sender_key", "state", "turn"),
    )

    id: int | None = Field(default=None, primary_key=True)
    source: str
    source_key: str | None = Field(default=None, unique=True)
    received_at: datetime = Field(index=True)
    sha256: str = Field(foreign_key="blob.sha256", index=True, max_length=64)
    size: int
    mail_from: str | None = None
    recipients: list[str] = Field(default_factory=list, sa_type=JSON)
    peer: str = ""
    helo: str = ""
    tls: bool = False
    login: str | None = None
    sender_key: str
    turn: int
    state: str = State.NEW
    cause: str | None = None
    attempts: int = 0
    claimed_by: str | None = None
    claimed_until: datetime | None = None
    next_try_at: datetime | None = None
    finished_at: datetime | None = None
    message_id: str = Field(default="", index=True, max_length=512)
    last_error: str | None = Field(default=None, sa_type=Text)
    why: str | None = Field(default=None, sa_type=Text)
    release_to: int | None = None


class SpoolResult(SQLModel, table=True):
    """What was decided on a mail for one department, and what came of it."""

    __tablename__ = "spool_result"
    __table_args__ = (UniqueConstraint("spool_id", "department"),)

    id: int | None = Field(default=None, primary_key=True)
    spool_id: int = Field(foreign_key="spool.id")
    department: str
    verdict: str
    verdict_reason: str = Field(sa_type=Text)
    cause: str | None = None
    ticket: int | None = Field(default=None, index=True)
    matched_by: str | None = None
    may_speak: str | None = None
    proven: bool = False
    acknowledge: bool = False
    acknowledge_reason: str = Field(default="", sa_type=Text)
    effective_received_at: datetime | None = None


@dataclass(frozen=True)
class Arrival:
    """How a mail came: from where, with which envelope, and when by our clock."""

    source: str
    envelope: Envelope
    received_at: datetime
    source_key: str | None = None
    peer: str = ""
    helo: str = ""
    tls: bool = False
    login: str | None = None


class Octets(Protocol):
    """The whole of a mail as received, to be read once or more."""

    @property
    def size(self) -> int:
        """Octets in all."""

    @property
    def sha256(self) -> str:
        """Their SHA-256, hexadecimal."""

    def chunks(self) -> Iterator[bytes]:
        """Give them in order, in pieces of at most blobs.CHUNK_BYTES."""


@dataclass(frozen=True)
class Claimed:
    """A mail that is ours to work on until the claim runs out."""

    id: int
    arrival: Arrival
    sha256: str
    size: int
    attempts: int
    release_to: int | None


def accept(database: Database, arrival: Arrival, octets: Octets) -> int:
    """Make a mail durable and return its spool id; only now may its sender hear 250.

    One committed transaction (RFC 5321 §6.1). A mail with a source_key that is known gives the id
    of the first. Raises whatever the database raises; then nothing was stored.
    """
    with database.writing() as session:
        if arrival.source_key is not None:
            known = select(col(Spool.id)).where(col(Spool.source_key) == arrival.source_key)
            spool_id = session.execute(known).scalar_one_or_none()
            if spool_id is not None:
                return int(spool_id)
        blobs.put(session, octets.sha256, octets.size, octets.chunks, arrival.received_at)
        sender_key = _sender_key(arrival)
        row = {
            "source": arrival.source,
            "source_key": arrival.source_key,
            "received_at": arrival.received_at,
            "sha256": octets.sha256,
            "size": octets.size,
            "mail_from": arrival.envelope.mail_from,
            "recipients": list(arrival.envelope.recipients),
            "peer": arrival.peer,
            "helo": arrival.helo,
            "tls": arrival.tls,
            "login": arrival.login,
            "sender_key": sender_key,
            "turn": _next_turn(sender_key),
            "state": State.NEW,
            "attempts": 0,
            "message_id": "",
        }
        return int(session.execute(insert(Spool).returning(col(Spool.id)), row).scalar_one())


def _sender_key(arrival: Arrival) -> str:
    return canonical(arrival.envelope.mail_from or "") or f"peer:{arrival.peer}"


def _next_turn(sender_key: str) -> Any:
    """Return SQL for the turn of a sender's next mail.

    Start-time fair queueing: behind his own mails that wait, else with whoever is served next.
    """
    waiting = col(Spool.state) == State.NEW
    his_last = select(func.max(col(Spool.turn))).where(waiting, col(Spool.sender_key) == sender_key)
    at_head = select(func.min(col(Spool.turn))).where(waiting)
    return func.coalesce(his_last.scalar_subquery() + 1, at_head.scalar_subquery(), 0)


def claim(session: Session, owner: str, now: datetime, lease: timedelta) -> Claimed | None:
    """Claim the mail whose turn it is, or return None.

    Senders take turns. The attempt is counted now, so that a mail which kills its reader is
    counted too. A claim that has run out belongs to whoever asks.
    """
    statement = (
        select(Spool)
        .where(
            or_(
                col(Spool.state) == State.NEW,
                (col(Spool.state) == State.CLAIMED) & (col(Spool.claimed_until) < now),
            ),
            or_(col(Spool.next_try_at).is_(None), col(Spool.next_try_at) <= now),
        )
        .order_by(col(Spool.turn), col(Spool.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = session.execute(statement).scalars().first()
    if row is None:
        return None
    row.state, row.attempts = State.CLAIMED, row.attempts + 1
    row.claimed_by, row.claimed_until = owner, now + lease
    session.add(row)
    return claimed_of(row)


def claimed_of(row: Spool) -> Claimed:
    """Return a row as the value that the gateway works on."""
    arrival = Arrival(
        source=row.source,
        envelope=Envelope(row.mail_from, tuple(row.recipients)),
        received_at=row.received_at,
        source_key=row.source_key,
        peer=row.peer,
        helo=row.helo,
        tls=row.tls,
        login=row.login,
    )
    return Claimed(int(row.id or 0), arrival, row.sha256, row.size, row.attempts, row.release_to)
