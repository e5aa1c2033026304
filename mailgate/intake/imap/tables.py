"""The books of watched mailboxes: whose turn it is, how far each folder was read, each mail.

A mail's place is (mailbox, folder, UIDVALIDITY, generation, UID); nothing else is stable
(RFC 9051 §2.3.1.1). The generation counts how often a server gave out UIDs a second time.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

import mailgate.store  # noqa: F401 - names the constraints declared here


class Condition(StrEnum):
    """How the watching of a mailbox goes."""

    WATCHING = "watching"
    ELSEWHERE = "elsewhere"
    FAILING = "failing"
    REFUSED = "refused"
    STOPPED = "stopped"


class MailState(StrEnum):
    """What became of a mail in a folder.

    taken: ours, and still to be flagged, moved or deleted. copied: moved by copying, and still to
    be deleted. done: nothing more to do. known: the same mail was taken at another place. passed:
    older than what we were told to take. vanished: somebody removed it before we had it.
    unreadable: the server does not give it.
    """

    TAKEN = "taken"
    COPIED = "copied"
    DONE = "done"
    KNOWN = "known"
    PASSED = "passed"
    VANISHED = "vanished"
    UNREADABLE = "unreadable"


class Mailbox(SQLModel, table=True):
    """One mailbox: the daemon that watches it, and how that goes.

    condition: since when and why. contact_at: when the server last answered as it should.
    """

    name: str = Field(primary_key=True)
    owner: str | None = None
    lease_until: datetime | None = None
    condition: str = Condition.STOPPED
    since: datetime
    why: str | None = Field(default=None, sa_type=Text)
    contact_at: datetime | None = None


class MailboxFolder(SQLModel, table=True):
    """How far a folder was read.

    watermark: the highest UID that was looked at. floor: UIDs up to it were there before us.
    first_contact_at: when that was. changed_at: when UIDVALIDITY last changed. differences: what
    the last comparison with the server found, in words.
    """

    __tablename__ = "mailbox_folder"

    mailbox: str = Field(primary_key=True)
    folder: str = Field(primary_key=True)
    uidvalidity: int = Field(sa_type=BigInteger)
    generation: int = 0
    floor: int = Field(default=0, sa_type=BigInteger)
    watermark: int = Field(default=0, sa_type=BigInteger)
    first_contact_at: datetime
    changed_at: datetime | None = None
    reconciled_at: datetime | None = None
    differences: str | None = Field(default=None, sa_type=Text)


class MailboxMail(SQLModel, table=True):
    """One mail in a folder, and what became of it.

    sha256: of the octets taken. size: octets in the mailbox. same_as: the row of the same mail,
    where it was taken first. too_large: only the headers were taken. removed: it was moved or
    deleted by us, so that the folder should not hold it any more.
    """

    __tablename__ = "mailbox_mail"
    __table_args__ = (
        UniqueConstraint("mailbox", "folder", "uidvalidity", "generation", "uid"),
        Index("ix_mailbox_mail_mailbox_sha256", "mailbox", "sha256"),
        Index("ix_mailbox_mail_mailbox_folder_state", "mailbox", "folder", "state"),
    )

    id: int | None = Field(default=None, primary_key=True)
    mailbox: str
    folder: str
    uidvalidity: int = Field(sa_type=BigInteger)
    generation: int = 0
    uid: int = Field(sa_type=BigInteger)
    spool_id: int | None = Field(default=None, foreign_key="spool.id")
    sha256: str | None = Field(default=None, max_length=64)
    size: int | None = Field(default=None, sa_type=BigInteger)
    same_as: int | None = None
    too_large: bool = False
    removed: bool = False
    state: str
    tries: int = 0
    at: datetime
