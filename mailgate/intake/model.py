"""The tables of mail taken in: the mail itself, and what was decided on it.

Values of `state`, `verdict` and `cause` are those of the JSON that the commands print.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

import mailgate.store  # noqa: F401 - names the constraints declared here


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
    the source has one. department: takes the mail where no address in it is ours. whole_size:
    octets of a mail too large, of which only the headers are here. author: canonical address in
    From, once read. flood_of: the sender in whose flood it is held. authenticity: how far he was
    believed when it was decided on. release_to: ticket number a held mail was released into, 0
    for a new one.
    """

    __table_args__ = (
        Index("ix_spool_state_turn", "state", "turn", "id"),
        Index("ix_spool_sender_key_state_turn", "sender_key", "state", "turn"),
        Index("ix_spool_author_received_at", "author", "received_at"),
        Index("ix_spool_sender_key_received_at", "sender_key", "received_at"),
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
    department: str | None = None
    whole_size: int | None = Field(default=None, sa_type=BigInteger)
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
    author: str | None = None
    flood_of: str | None = Field(default=None, index=True)
    authenticity: str | None = None
    authenticity_reason: str | None = Field(default=None, sa_type=Text)
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
