"""One sender floods, others write one mail a second: who is delayed is the one who floods."""

import itertools
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from mailgate.intake.spool import Spool, State
from mailgate.outbox.mail import Kind, OutboxMail
from mailgate.store.database import Database
from mailgate.tickets.model import Entry, EntryKind
from tests.chaos.daemon import DESK, Daemon, daemon_in
from tests.chaos.ledger import assert_sound, drain
from tests.chaos.wire import Wire, digest

pytestmark = pytest.mark.attack("A25")

EVE = "eve@evil.example"
HONEST = "@example.net"
CONNECTIONS = 4
LISTENER = (
    "max_connections = 400\ntrusted_relays = []\nsender_rate = {sender}\nnetwork_rate = {all}"
)


def a_mail(sender: str, number: int) -> bytes:
    """Return a mail that is like no other."""
    head = f"From: {sender}\r\nTo: {DESK}\r\nSubject: {number}\r\nMessage-ID: <{number}.{sender}>"
    return f"{head}\r\n\r\nNie działa.\r\n".encode()


@dataclass
class Flood:
    """Sends a number of mails of one sender as fast as they go, from one network.

    rotates: with another envelope sender each.
    """

    port: int
    mails: int
    rotates: bool = False
    replies: Counter[str] = field(default_factory=Counter)
    taken: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._numbers = iter(range(self.mails))
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._work, args=(f"127.0.2.{last}",))
            for last in range(1, CONNECTIONS + 1)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def goes_on(self) -> bool:
        """Say whether it still sends."""
        return any(thread.is_alive() for thread in self._threads)

    def _work(self, source: str) -> None:
        with Wire(self.port, source=source) as wire:
            while (number := self._next()) is not None:
                octets = a_mail(EVE, number)
                reply = wire.send(f"r{number}.{EVE}" if self.rotates else EVE, DESK, octets)
                with self._lock:
                    self.replies[reply[:9]] += 1
                    if reply.startswith("250"):
                        self.taken.append(digest(octets))

    def _next(self) -> int | None:
        with self._lock:
            return next(self._numbers, None)


def write_one_a_second(port: int, flood: Flood, least: int) -> tuple[list[float], list[str]]:
    """Let people write while it floods, and a little longer; return their waits and digests.

    Each writes once: whoever asks for a ticket every second is answered no better than a loop.
    """
    waits, taken, pause = [], [], threading.Event()
    for number in itertools.count():
        if number >= least and not flood.goes_on:
            return waits, taken
        anna = f"anna{number}{HONEST}"
        octets, began = a_mail(anna, number), time.monotonic()
        with Wire(port, source="127.0.1.1") as wire:
            reply = wire.send(anna, DESK, octets)
        waits.append(time.monotonic() - began)
        assert reply.startswith("250"), reply
        taken.append(digest(octets))
        pause.wait(max(0.0, 1 - waits[-1]))
    raise AssertionError("never reached")


def configured(daemon: Daemon, sender: str, everyone: str, flood: str) -> None:
    """Give the daemon its rates; nobody is a trusted relay."""
    text = daemon.config.read_text()
    listener = LISTENER.format(sender=sender, all=everyone)
    text = text.replace("max_connections = 400", listener, 1)
    daemon.config.write_text(text.replace('unproven = "none"', f"unproven = {flood}"))


def assert_kept(database: Database, theirs: list[str], his: list[str]) -> Counter[str]:
    """Fail unless each mail answered 250 is one entry, or held with the flood; count states."""
    with database.reading() as session:
        rows = session.execute(select(col(Spool.sha256), col(Spool.state), col(Spool.cause)))
        spooled = {sha256: (state, cause) for sha256, state, cause in rows}
        entered = select(col(Entry.sha256)).where(col(Entry.kind) == EntryKind.MESSAGE)
        entries = Counter(session.execute(entered).scalars())
    assert set(spooled) == {*theirs, *his}
    assert all(spooled[each] == (State.DONE, None) for each in theirs)
    assert set(spooled.values()) <= {(State.DONE, None), (State.HELD, "flood")}
    done = [sha256 for sha256, (state, _) in spooled.items() if state == State.DONE]
    assert entries == Counter(done)
    return Counter(state for state, _ in spooled.values())


def longest_wait_for_an_answer(database: Database, answers: int) -> timedelta:
    """Return how long the others' acknowledgements took at most, from receipt to the outbox."""
    with database.reading() as session:
        its = (
            select(col(OutboxMail.created_at), col(Spool.received_at))
            .join(Entry, col(Entry.id) == col(OutboxMail.entry_id))
            .join(Spool, col(Spool.id) == col(Entry.spool_id))
            .where(col(OutboxMail.recipient).endswith(HONEST))
            .where(col(OutboxMail.kind) == Kind.ACKNOWLEDGEMENT)
        )
        waits = [created - received for created, received in session.execute(its)]
    assert len(waits) == answers
    return max(waits)


def assert_they_are_unharmed(
    database: Database, daemon: Daemon, waits: list[float], mails: int
) -> str:
    """Fail unless each 250 came within 2 s and each acknowledgement within 10; return figures."""
    answered = longest_wait_for_an_answer(database, mails)
    daemon.assert_no_traceback()
    assert max(waits) < 2
    assert answered < timedelta(seconds=10)
    return (
        f"theirs: {mails} mails, 250 after {max(waits):.2f} s, answered after {answered}, at most"
    )


@pytest.mark.one_database
@pytest.mark.parametrize(("rotates", "taken"), [(False, 60), (True, 300)])
def test_ten_thousand_mails_of_one_sender_delay_nobody_else(
    database_url, tmp_path, figure, rotates, taken
):
    """With the rates as they come, most are put off, what was taken is kept, the other served."""
    with daemon_in(tmp_path / "daemon", database_url) as daemon:
        configured(daemon, '"60/minute, 600/hour"', '"300/minute, 3000/hour"', '"50/hour"')
        daemon.start()
        flood = Flood(daemon.ports["smtp"], 10_000, rotates)
        waits, theirs = write_one_a_second(daemon.ports["smtp"], flood, 5)
        database = Database(database_url)
        drain(database, daemon)
        states = assert_kept(database, theirs, flood.taken)
        figure(f"flood: {dict(flood.replies)}, {dict(states)}")
        figure(assert_they_are_unharmed(database, daemon, waits, len(theirs)))
        assert set(flood.replies) <= {"250 2.0.0", "450 4.7.1"}
        assert taken <= len(flood.taken) < 2 * taken
        assert states[State.DONE] == 50 + len(theirs)
        assert len(daemon.events("intake.too_fast")) <= 2
        assert_sound(database)
        database.dispose()


def test_a_flood_that_is_let_in_waits_behind_whoever_writes_less(
    database_url, database_kind, tmp_path, figure
):
    """Without any rate everything is taken, and claims take turns between senders."""
    mails = 2_000 if database_kind == "sqlite" else 600
    with daemon_in(tmp_path / "daemon", database_url) as daemon:
        configured(daemon, '"none"', '"none"', '"none"')
        daemon.start()
        flood = Flood(daemon.ports["smtp"], mails)
        waits, theirs = write_one_a_second(daemon.ports["smtp"], flood, 8)
        database = Database(database_url)
        drain(database, daemon)
        states = assert_kept(database, theirs, flood.taken)
        figure(f"flood: {dict(flood.replies)}, {dict(states)}")
        figure(assert_they_are_unharmed(database, daemon, waits, len(theirs)))
        assert len(flood.taken) == mails
        assert states == {State.DONE: mails + len(theirs)}
        assert_sound(database)
        database.dispose()
