"""Eighteen mails of 25 MB that are made to stop a parser, each beside an honest mail."""

import os
import time
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from mailgate.store.database import Database
from mailgate.tickets.model import Entry, EntryKind
from tests.chaos import bombs
from tests.chaos.daemon import DESK, daemon_in
from tests.chaos.ledger import a_mail, assert_sound, drain
from tests.chaos.wire import Wire, as_received, digest
from tests.servers import wait_for

MB = 1_000_000
SECONDS = 10
MOST_CPU = 7


@pytest.fixture(scope="module")
def running(tmp_path_factory, sqlite_template):
    """Give a daemon that has warmed up, and its database."""
    with daemon_in(tmp_path_factory.mktemp("bombs") / "daemon") as daemon:
        daemon.start()
        database = Database(daemon.url)
        with Wire(daemon.ports["smtp"]) as wire:
            large = a_mail("warm", "dalej\r\n" * 1_000_000)
            assert wire.send(large.sender, DESK, large.octets).startswith("250")
        drain(database, daemon)
        yield daemon, database
        assert_sound(database)
        assert daemon.stop() == 0
        daemon.assert_no_traceback()
        database.dispose()


def of_workers(pid):
    """Return the CPU seconds of the daemon's processes that have ended and were waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def entry_of(database, mail):
    """Return SHA-256 and defects of a mail's entry, None before there is one."""
    with database.reading() as session:
        wanted = select(col(Entry.sha256), col(Entry.defects)).where(
            col(Entry.kind) == EntryKind.MESSAGE, col(Entry.message_id) == mail.message_id
        )
        return session.execute(wanted).one_or_none()


@pytest.mark.parametrize("shape", bombs.SHAPES)
def test_a_bomb_is_a_ticket_and_hurts_nobody(running, shape, figure):
    """It is answered 250 and a ticket soon, with all its octets; the mail after it, too."""
    daemon, database = running
    mail, other = bombs.bomb(shape), a_mail(f"beside-{shape}")
    assert bombs.SIZE - MB < len(mail.octets) < bombs.SIZE + MB
    before, worked = daemon.forget_peak(), of_workers(daemon.pid)
    smtp = len(shape) % 2 == 0
    port, hello = (daemon.ports["smtp"], "EHLO") if smtp else (daemon.ports["lmtp"], "LHLO")
    with Wire(port, hello) as wire, Wire(daemon.ports["smtp"]) as beside:
        handed = time.monotonic()
        assert wire.send(mail.sender, DESK, mail.octets).startswith("250")
        began = time.monotonic()
        assert beside.send(other.sender, DESK, other.octets).startswith("250")
        wait_for(lambda: entry_of(database, other), f"the mail beside {shape} is a ticket", SECONDS)
        aside = time.monotonic() - began
        sha256, defects = wait_for(
            lambda: entry_of(database, mail), f"{shape} is a ticket", 2 * SECONDS - aside
        )
    took, cpu = time.monotonic() - began, of_workers(daemon.pid) - worked
    grown = daemon.memory("VmHWM") - before
    figure(
        f"{shape}: 250 {began - handed:.1f} s after its first octet, a ticket {took:.1f} s later, "
        f"{cpu:.1f} s CPU of the worker, the mail beside it "
        f"after {aside:.1f} s; the daemon grew by {grown / MB:.0f} MB; {defects[:1]}"
    )
    assert sha256 == digest(as_received(mail.octets))
    assert cpu < MOST_CPU
    assert grown < 80 * MB
