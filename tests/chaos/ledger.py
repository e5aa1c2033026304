"""What the sender knows of each mail, and whether the store says the same."""

import email
import re
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlmodel import col

from mailgate.intake.spool import Spool, State
from mailgate.outbox.mail import OutboxMail
from mailgate.store import blobs
from mailgate.store.blobs import Blob
from mailgate.store.database import Database
from mailgate.tickets.model import Entry, EntryKind, Ticket
from tests.chaos.daemon import DESK, Daemon
from tests.chaos.wire import digest
from tests.servers import wait_for
from tests.smarthost_stub import Taken


@dataclass(frozen=True)
class Mail:
    """A mail that only this test sends; its sender is its own, too."""

    name: str
    octets: bytes

    @property
    def sender(self) -> str:
        """Whom it is from."""
        return f"{self.name}@{self.name}.example.net"

    @property
    def message_id(self) -> str:
        """Its Message-ID, with brackets."""
        return f"<{self.name}@client.example.net>"


def a_mail(name: str, body: str = "Drukarka nie działa.\r\n") -> Mail:
    """Return a mail as a customer writes it."""
    head = (
        f"From: {name}@{name}.example.net\r\n"
        f"To: {DESK}\r\n"
        f"Subject: {name}\r\n"
        f"Message-ID: <{name}@client.example.net>\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "\r\n"
    )
    return Mail(name, (head + body).encode())


class Ledger:
    """The last reply to each mail, "" where none came; filled by any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._replies: dict[Mail, str] = {}

    def note(self, mail: Mail, reply: str) -> None:
        """Write down what a mail was answered."""
        with self._lock:
            self._replies[mail] = reply

    def answered(self, code: str) -> list[Mail]:
        """Return the mails whose reply begins so."""
        with self._lock:
            return [mail for mail, reply in self._replies.items() if reply.startswith(code)]

    def forget_replies(self, code: str) -> None:
        """Take the replies that begin so for none at all."""
        for mail in self.answered(code):
            self.note(mail, "")

    def codes(self) -> Counter[str]:
        """Count the reply codes; "" is no reply."""
        with self._lock:
            return Counter(reply[:3] for reply in self._replies.values())

    def assert_kept(self, database: Database) -> None:
        """Fail unless each mail answered 250 is one entry, each other one none or whole.

        A mail answered 4xx or 5xx must not be there (RFC 5321 §4.2.5), nor one never sent.
        """
        entries = entries_by_message_id(database)
        sent = {mail.message_id: mail for mail in self.answered("")}
        taken = self.answered("250")
        lost = [mail.name for mail in taken if mail.message_id not in entries]
        double = [name for name, found in entries.items() if len(found) > 1]
        altered = [
            name
            for name, found in entries.items()
            if name in sent and set(found) != {digest(sent[name].octets)}
        ]
        refused = [
            mail.name
            for code in ("4", "5")
            for mail in self.answered(code)
            if mail.message_id in entries
        ]
        invented = [name for name in entries if name not in sent]
        found = {
            "lost": lost,
            "double": double,
            "altered": altered,
            "kept though refused": refused,
            "invented": invented,
        }
        wrong = {what: names for what, names in found.items() if names}
        assert not wrong, wrong


def entries_by_message_id(database: Database) -> dict[str, list[str | None]]:
    """Return the SHA-256 of each customer's entry by its Message-ID."""
    with database.reading() as session:
        wanted = select(col(Entry.message_id), col(Entry.sha256)).where(
            col(Entry.kind) == EntryKind.MESSAGE
        )
        entries: dict[str, list[str | None]] = {}
        for message_id, sha256 in session.execute(wanted):
            entries.setdefault(message_id, []).append(sha256)
        return entries


def drain(database: Database, daemon: Daemon, seconds: float = 120) -> None:
    """Wait until a running daemon has worked off all mail, and sent all, if it sends."""
    coming = select(func.count()).where(col(Spool.state).in_((State.NEW, State.CLAIMED)))
    going = select(func.count()).where(col(OutboxMail.state).in_(("due", "leased")))
    wanted = (coming, going) if daemon.sends else (coming,)

    def idle() -> bool:
        assert daemon.is_running(), daemon.log()[-3000:]
        with database.reading() as session:
            return not any(session.execute(each).scalar_one() for each in wanted)

    wait_for(idle, "everything is worked off", seconds)


def assert_sound(database: Database) -> None:
    """Fail unless every mail is done or held, and every octet and every number is in its place."""
    with database.reading() as session:
        states = Counter(session.execute(select(col(Spool.state))).scalars())
        assert set(states) <= {State.DONE, State.HELD}, states
        held = session.execute(select(Spool).where(col(Spool.state) == State.HELD)).scalars()
        assert all(row.cause for row in held)
        numbers = list(session.execute(select(col(Ticket.number))).scalars())
        assert len(numbers) == len(set(numbers)), "a ticket's number is there twice"
        kept = set(session.execute(select(col(Blob.sha256))).scalars())
        named = {
            sha256
            for column in (Spool.sha256, Entry.sha256, OutboxMail.body_sha256)
            for sha256 in session.execute(select(col(column)).distinct()).scalars()
        }
        assert kept == named - {None}, kept ^ named
        for sha256 in kept:
            assert digest(blobs.get_bytes(session, sha256)) == sha256, f"octets of {sha256}"
    if database.is_sqlite:
        path = Path(database.url.removeprefix("sqlite:///"))
        with sqlite3.connect(path) as connection:
            for check, answer in (("integrity_check", [("ok",)]), ("foreign_key_check", [])):
                said = connection.execute(f"PRAGMA {check}").fetchall()
                assert said == answer, said


def assert_acknowledged(database: Database, sent: Iterable[Taken], kills: int) -> int:
    """Fail unless each ticket was acknowledged under one Message-ID; return the repetitions.

    A repetition is what a kill between the smarthost's 250 and our commit costs, so that there
    are at most as many as kills.
    """
    by_ticket: dict[str, Counter[str]] = {}
    for taken in sent:
        head = email.message_from_bytes(taken.content)
        number = re.search(r"\[#(\d+)\]", str(head["Subject"]))
        assert number is not None, str(head["Subject"])
        by_ticket.setdefault(number[1], Counter())[str(head["Message-ID"])] += 1
    with database.reading() as session:
        numbers = {str(number) for number in session.execute(select(col(Ticket.number))).scalars()}
    assert set(by_ticket) == numbers, set(by_ticket) ^ numbers
    differing = {number: ids for number, ids in by_ticket.items() if len(ids) > 1}
    assert not differing, differing
    repeated = sum(sum(ids.values()) - 1 for ids in by_ticket.values())
    assert repeated <= kills, f"{repeated} acknowledgements repeated for {kills} kills"
    return repeated
