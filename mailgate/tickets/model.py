"""The tables of tickets: what is kept of every conversation, and who takes part in it.

Values in `state`-like columns are those of tickets.lifecycle and of the JSON that the commands
print. Times are aware and in UTC. Only tickets.service and its neighbours write here.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, Index, Text, UniqueConstraint, false
from sqlmodel import Field, SQLModel

import mailgate.store  # noqa: F401 - names the constraints declared here


class EntryKind(StrEnum):
    """What an entry is to the people who read a ticket."""

    MESSAGE = "message"
    REPLY = "reply"
    NOTE = "note"
    EVENT = "event"


class Source(StrEnum):
    """The channel by which an entry came."""

    MAIL = "mail"
    CLI = "cli"
    PORTAL = "portal"
    DESK = "desk"
    SYSTEM = "system"


class Role(StrEnum):
    """In what capacity an address takes part in a ticket."""

    REQUESTER = "requester"
    CC = "cc"
    THIRD_PARTY = "third-party"


class LinkKind(StrEnum):
    """Why two tickets are linked."""

    STRANGER = "stranger"
    DEPARTMENT = "department"
    LATE_REPLY = "late-reply"


class Person(SQLModel, table=True):
    """Someone who writes to us. No credentials: mail creates no accounts."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = ""
    language: str | None = None
    created_at: datetime


class PersonAddress(SQLModel, table=True):
    """An address of a person, in canonical form, and whether and how it was proven to be his."""

    __tablename__ = "person_address"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    address: str = Field(unique=True)
    proven_at: datetime | None = None
    proven_by: str | None = None


class Ticket(SQLModel, table=True):
    """One matter of one requester with one department.

    requester_address: as he writes it. answered: an agent has answered before. due_at: reserved
    for targets in business time; close_at: when a resolved ticket closes by itself.
    thread_index: the customer's Outlook thread, continued in our mails.
    """

    __table_args__ = (
        Index("ix_ticket_status_hold_until", "status", "hold_until"),
        Index("ix_ticket_status_close_at", "status", "close_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    number: int = Field(unique=True)
    department: str = Field(index=True)
    requester_id: int = Field(foreign_key="person.id", index=True)
    requester_address: str
    requester_name: str = ""
    status: str
    subject: str = Field(sa_type=Text)
    language: str
    priority: str = "normal"
    assignee: str | None = None
    created_at: datetime
    received_at: datetime
    effective_received_at: datetime
    updated_at: datetime
    hold_until: date | None = None
    due_at: datetime | None = None
    close_at: datetime | None = None
    closed_at: datetime | None = None
    answered: bool = False
    reopened: int = 0
    merged_into: int | None = Field(default=None, foreign_key="ticket.id")
    thread_index: str = ""


class Entry(SQLModel, table=True):
    """One message or event in a ticket.

    event: name of what happened where kind is event. spool_id, sha256: the mail it came from and
    its original octets. third_party: written by someone who is no participant.
    """

    __table_args__ = (UniqueConstraint("ticket_id", "spool_id"),)

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    kind: str
    source: str
    event: str = ""
    author: str
    author_name: str = ""
    at: datetime
    effective_received_at: datetime | None = None
    text: str = Field(default="", sa_type=Text)
    full_text: str = Field(default="", sa_type=Text)
    message_id: str = Field(default="", sa_type=Text)
    spool_id: int | None = Field(default=None, index=True)
    sha256: str | None = Field(default=None, foreign_key="blob.sha256", index=True, max_length=64)
    nature: str = ""
    authenticity: str = "none"
    proven: bool = False
    third_party: bool = False
    defects: list[str] = Field(default_factory=list, sa_type=JSON)


class Participant(SQLModel, table=True):
    """A person who takes part in a ticket, as what and since when."""

    __table_args__ = (UniqueConstraint("ticket_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    address: str
    role: str
    since: datetime


class Attachment(SQLModel, table=True):
    """A file of an entry: a part of the entry's mail, or, with part None, a blob of its own.

    digest: SHA-256 of the decoded octets, which names the blob where part is None. detected: what
    it is by its content, where that is not what its type says. repeated: an image that came with
    an earlier mail of the ticket or of the same author, as those of signatures do.
    """

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="entry.id", index=True)
    part: int | None = None
    name: str = Field(sa_type=Text)
    type: str
    size: int
    digest: str = Field(index=True, max_length=64)
    inline: bool = False
    detected: str | None = None
    repeated: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class TicketLink(SQLModel, table=True):
    """Two tickets that have to do with each other; stored once, read in both directions."""

    __tablename__ = "ticket_link"
    __table_args__ = (UniqueConstraint("ticket_id", "other_id"),)

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id")
    other_id: int = Field(foreign_key="ticket.id", index=True)
    kind: str


class StatusChange(SQLModel, table=True):
    """One step in the life of a ticket."""

    __tablename__ = "status_history"

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    entry_id: int = Field(foreign_key="entry.id")
    at: datetime
    before: str | None = None
    after: str


class KnownMessage(SQLModel, table=True):
    """A Message-ID that was seen on its way in or out, and the ticket it belongs to.

    fingerprint: of an inbound message, "" of an outbound one.
    """

    __tablename__ = "known_message"

    id: int | None = Field(default=None, primary_key=True)
    message_id: str = Field(index=True, max_length=512)
    direction: str
    department: str
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    entry_id: int = Field(foreign_key="entry.id", index=True)
    fingerprint: str = Field(default="", max_length=64)
    at: datetime


class AutomaticMail(SQLModel, table=True):
    """The ledger of automatic mail, by which the limits of answering are kept."""

    __tablename__ = "automatic_mail"
    __table_args__ = (
        Index("ix_automatic_mail_address_at", "address", "at"),
        Index("ix_automatic_mail_domain_at", "domain", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    address: str
    domain: str
    kind: str
    ticket_id: int = Field(foreign_key="ticket.id")
    at: datetime = Field(index=True)


class Alarm(SQLModel, table=True):
    """Something the operator is told of once, while it lasts. since: when it was first told."""

    name: str = Field(primary_key=True)
    since: datetime
    until: datetime
