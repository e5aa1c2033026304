"""The values that reading a mail gives: a Message and what hangs on it.

Plain frozen data, free of NUL and lone surrogates, so that it can be stored, sent between
processes and compared. Defects are data, never exceptions.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailgate.message.address import Address


class Nature(StrEnum):
    """What kind of mail it is; each decides on its own about storing, reopening and answering."""

    PERSON = "person"
    GROUP = "group"
    NO_ANSWER = "no-answer"
    AUTO_REPLY = "auto-reply"
    MACHINE = "machine"
    BOUNCE = "bounce"
    DELAY = "delay"
    RECEIPT = "receipt"
    LOOP = "loop"


@dataclass(frozen=True)
class Attachment:
    """A part that is a file to a person.

    part: position in the walk over the MIME tree, from 0, by which it is found again in the
    original; files inside parts are counted on behind the last one. type: as its label says.
    size: octets after decoding. digest: SHA-256 of them, hexadecimal. detected: the media type
    it is of by what it holds, where that is known and not what the label says, else "".
    """

    part: int
    name: str
    type: str
    size: int
    digest: str
    inline: bool = False
    content_id: str = ""
    detected: str = ""


@dataclass(frozen=True)
class Moment:
    """When a meeting is. local: as its clock shows there, without a zone.

    zone: an IANA name, "UTC", or "" for the clock of whoever reads it. all_day: a date alone.
    unknown_zone: the name of a zone that nobody knows.
    """

    local: datetime
    zone: str = ""
    all_day: bool = False
    unknown_zone: str = ""


@dataclass(frozen=True)
class Invitation:
    """A meeting that a mail speaks of (RFC 5546).

    method: request, cancel, reply, publish and their like. organizer, attendees: `Name <address>`;
    others: how many more are invited. repeats: "weekly", "2 weekly", "" for once. online: a link.
    answer: of a reply: accepted, declined, tentative.
    """

    method: str
    summary: str
    organizer: str
    attendees: tuple[str, ...]
    others: int
    start: Moment | None
    end: Moment | None
    location: str
    repeats: str
    online: str
    answer: str


@dataclass(frozen=True)
class ReportRecipient:
    """One recipient's fate in a delivery report (RFC 3464 §2.3).

    action: failed, delayed, delivered, relayed or expanded; of a receipt displayed or deleted, of
    an abuse report its type (RFC 5965 §7.3). status: RFC 3463, x.0.0 where the report has none.
    """

    address: str
    action: str
    status: str
    diagnostic: str


@dataclass(frozen=True)
class Report:
    """What a machine tells of a mail: a delivery, disposition or abuse report.

    kind: "delivery-status", "disposition-notification" or "feedback-report". of: Message-ID of
    the mail it is about, with angle brackets, "" where it does not say.
    """

    kind: str
    recipients: tuple[ReportRecipient, ...] = ()
    of: str = ""


@dataclass(frozen=True)
class Message:
    """A mail as read.

    headers: every header in order, decoded and unfolded, names as written. from_: all mailboxes
    of all From headers. message_id, in_reply_to, references: with angle brackets, in the order
    of the mail. text: what the human wrote now; full_text: all of it. language: "pl", "en" or
    None. fingerprint: SHA-256 over From, Date, Subject, decoded text and digests of attachments.
    simplified: the mail could not be read whole, only its headers. from_doubtful: From is written
    so that another reader could find another sender in it (comments, groups, routes). What has a
    default is not told by the headers.
    """

    size: int
    headers: tuple[tuple[str, str], ...]
    from_: tuple[Address, ...]
    from_headers: int
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    date: datetime | None
    text: str = ""
    full_text: str = ""
    language: str | None = None
    attachments: tuple[Attachment, ...] = ()
    report: Report | None = None
    fingerprint: str = ""
    defects: tuple[str, ...] = ()
    simplified: bool = False
    from_doubtful: bool = False
    invitations: tuple[Invitation, ...] = ()

    @property
    def author(self) -> Address | None:
        """The one mailbox that wrote it, or None (RFC 5322 §3.6.2; more than one proves nobody)."""
        alone = len(self.from_) == 1 and self.from_headers == 1 and not self.from_doubtful
        return self.from_[0] if alone else None

    def header(self, name: str) -> str | None:
        """Return the first header of that name in any case, or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def header_values(self, name: str) -> tuple[str, ...]:
        """Return every header of that name in any case, in order."""
        return tuple(value for key, value in self.headers if key.lower() == name.lower())
