"""An installation on a database, for tests: mail goes in, rows are looked at."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message as Parsed
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from mailgate.departments import Agent, Department, Directory
from mailgate.gateway.spine import Gateway
from mailgate.intake import spool
from mailgate.intake.spool import Arrival, Spool, SpoolResult
from mailgate.message.address import Address, Envelope
from mailgate.outbox.mail import OutboxMail
from mailgate.replies.acknowledge import Limits
from mailgate.replies.templates import Letters
from mailgate.store import blobs
from mailgate.store.database import Database
from mailgate.tickets import service
from mailgate.tickets.entries import Contribution
from mailgate.tickets.model import Entry, StatusChange, Ticket
from mailgate.tickets.office import SYSTEM, Actor, ActorKind, Office
from mailgate.tokens import Keys
from tests.unit.desk import BILLING, DIRECTORY, DYNAMICS

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Warsaw
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KEYS = Keys((("k1", b"0123456789abcdef0123"),))
ANNA, MALLORY, EWA = "anna@example.net", "mallory@evil.example", "ewa@example.com"
DESK_ADDRESS = "pomocdynamics@example.com"
AGENT = Actor(ActorKind.AGENT, Address(EWA, "Ewa Nowak"), "cli")
OFFICE = Office(
    centre="Service desk",
    domain="support.example.com",
    instance="0a1b2c3d4e5f6071",
    subject_tag="[#{number}]",
    keys=KEYS,
    directory=DIRECTORY,
    letters=Letters(),
    limits=Limits(),
)


def office(*, known: tuple[Agent, ...] = (Agent(EWA, "Ewa Nowak"),), **changes: Any) -> Office:
    """Return the office with its first department changed, and the agents that are known."""
    dynamics = replace(DYNAMICS, **changes)
    return replace(OFFICE, directory=Directory.of((dynamics, BILLING), known, "dynamics"))


def contribution(
    sender: str = ANNA, subject: str = "Drukarka", *, name: str = "", **changes: Any
) -> Contribution:
    """Return what someone wrote, in Polish."""
    given: dict[str, Any] = {"message_id": "<1@example.net>", "language": "pl", "text": "tekst"}
    given |= {"source": "mail", "full_text": "tekst", **changes}
    return Contribution(Address(sender, name), subject=subject, **given)


def opened(
    session: Session,
    given: Contribution | None = None,
    *,
    at: Office = OFFICE,
    department: Department = DYNAMICS,
) -> tuple[Ticket, Entry]:
    """Open a ticket, Anna's unless another contribution is given."""
    return service.open_ticket(session, at, department, given or contribution(), NOW, NOW)


def put_into(session: Session, ticket: Ticket, status: str) -> None:
    """Bring an open ticket into a status by what leads to it."""
    if status in ("answered", "customer-replied"):
        service.reply(session, OFFICE, ticket, SYSTEM, "tak", NOW)
    if status == "customer-replied":
        again = contribution(message_id="<again@example.net>")
        service.follow_up(session, OFFICE, ticket, again, NOW, NOW, speaks=True)
    if status == "on-hold":
        service.hold(session, OFFICE, ticket, AGENT, NOW.date() + DAY, NOW)
    if status == "resolved":
        service.resolve(session, OFFICE, ticket, AGENT, "", NOW)
    if status == "closed":
        service.close(session, OFFICE, ticket, AGENT, "", NOW)
    assert ticket.status == status


def steps(session: Session, ticket: Ticket) -> list[tuple[str | None, str, int]]:
    """Return the steps of a ticket's life: before, after, and the entry that made it."""
    mine = select(StatusChange).where(col(StatusChange.ticket_id) == ticket.id)
    found = session.execute(mine.order_by(col(StatusChange.id))).scalars()
    return [(each.before, each.after, each.entry_id) for each in found]


@dataclass(frozen=True)
class Sent:
    """A mail in the outbox, its headers read."""

    kind: str
    event: str
    recipient: str
    mail_from: str
    message_id: str
    parsed: Parsed
    raw: bytes

    def header(self, name: str) -> str:
        """Return a header, decoded and on one line, "" for none."""
        return " ".join(str(make_header(decode_header(self.parsed[name] or ""))).split())

    @property
    def words(self) -> str:
        """Everything its reader sees: subject, correspondents and every text part."""
        parts = [part.get_payload(decode=True) or b"" for part in self.parsed.walk()]
        seen = [self.header(name) for name in ("Subject", "From", "To", "Cc", "Thread-Topic")]
        return "\n".join([*seen, *(bytes(part).decode() for part in parts)])


def sent(session: Session, *which: Any) -> list[Sent]:
    """Return the mails in the outbox, oldest first."""
    rows = session.execute(select(OutboxMail).where(*which).order_by(col(OutboxMail.id))).scalars()
    found = []
    for row in rows:
        raw = row.headers + blobs.get_bytes(session, row.body_sha256)
        parsed = message_from_bytes(raw)
        found.append(
            Sent(row.kind, row.event, row.recipient, row.mail_from, row.message_id, parsed, raw)
        )
    return found


def events(session: Session, ticket: Ticket) -> list[tuple[str, str]]:
    """Return the lines of a ticket's history: name and sentence."""
    statement = select(col(Entry.event), col(Entry.text)).where(
        col(Entry.ticket_id) == ticket.id, col(Entry.kind) == "event"
    )
    return [(row[0], row[1]) for row in session.execute(statement.order_by(col(Entry.id)))]


def letter(
    sender: str | None = ANNA,
    subject: str = "Drukarka nie działa",
    text: str = "Proszę o pomoc z drukarką.",
    *,
    message_id: str | None = None,
    to: str = DESK_ADDRESS,
    headers: tuple[str, ...] = (),
) -> bytes:
    """Return the octets of a mail; headers: further lines."""
    lines = [
        *([f"From: {sender}"] if sender is not None else []),
        f"To: {to}",
        f"Subject: {subject}",
        "Date: Tue, 03 Nov 2026 10:00:00 +0100",
        *([f"Message-ID: {message_id}"] if message_id else []),
        *headers,
        *([] if any(each.startswith("Content-Type") for each in headers) else [_TEXT]),
    ]
    return "\r\n".join([*lines, "", text, ""]).encode("utf-8", "surrogateescape")


_TEXT = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit"


@dataclass(frozen=True)
class _Octets:
    raw: bytes

    @property
    def size(self) -> int:
        return len(self.raw)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()

    def chunks(self) -> Iterator[bytes]:
        return blobs.pieces(self.raw)


@dataclass
class Gate:
    """A gateway over a database, with a clock that stands where it is put."""

    database: Database
    office: Office = OFFICE
    owner: str = "one"
    now: datetime = NOW
    on_mail: Callable[[], None] = field(default=lambda: None)

    @property
    def gateway(self) -> Gateway:
        """The gateway itself."""
        return Gateway(self.database, self.office, self.owner, lambda: self.now, self.on_mail)

    @staticmethod
    def octets(raw: bytes) -> spool.Octets:
        """Return octets as they are handed to the spool."""
        return _Octets(raw)

    def accept(
        self,
        raw: bytes,
        *,
        mail_from: str | None = ANNA,
        recipients: tuple[str, ...] = (DESK_ADDRESS,),
    ) -> int:
        """Take a mail in and leave it in the spool."""
        arrival = Arrival("smtp", Envelope(mail_from, recipients), self.now, peer="192.0.2.1")
        return spool.accept(self.database, arrival, _Octets(raw))

    def receive(self, raw: bytes, **envelope: Any) -> list[SpoolResult]:
        """Take a mail in and work it off; return what was decided."""
        spool_id = self.accept(raw, **envelope)
        self.gateway.step()
        return self.results(spool_id)

    def results(self, spool_id: int) -> list[SpoolResult]:
        """Return what was decided on a mail."""
        with self.database.reading() as session:
            return spool.results_of(session, spool_id)

    def row(self, spool_id: int) -> Spool:
        """Return a mail's row."""
        with self.database.reading() as session:
            return session.get_one(Spool, spool_id)

    def ticket(self, number: int | None) -> Ticket:
        """Return a ticket as it is now."""
        with self.database.reading() as session:
            found = select(Ticket).where(col(Ticket.number) == number)
            return session.execute(found).scalars().one()

    def outbox(self, *which: Any) -> list[Sent]:
        """Return the mails in the outbox, oldest first."""
        with self.database.reading() as session:
            return sent(session, *which)

    def events(self, number: int | None) -> list[tuple[str, str]]:
        """Return the lines of a ticket's history."""
        ticket = self.ticket(number)
        with self.database.reading() as session:
            return events(session, ticket)

    def entries(self, number: int | None, kind: str = "message") -> list[Entry]:
        """Return a ticket's entries of a kind, in order."""
        ticket = self.ticket(number)
        statement = select(Entry).where(col(Entry.ticket_id) == ticket.id, col(Entry.kind) == kind)
        with self.database.reading() as session:
            return list(session.execute(statement.order_by(col(Entry.id))).scalars())
