"""Faults that are ours: the sender hears 4xx, nothing is lost, and service resumes by itself."""

import contextlib
import resource
import sqlite3

import pytest

from mailgate.store.database import Database
from tests.chaos.daemon import DESK, daemon_in
from tests.chaos.ledger import Ledger, a_mail, assert_sound, drain
from tests.chaos.wire import Wire, on_the_wire

UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
LARGE = "dalej\r\n" * 60_000


def send(daemon, ledger, name, body="Nie działa.\r\n"):
    """Send one mail on a connection of its own, note the reply and return it."""
    mail = a_mail(name, body)
    ledger.note(mail, "")
    with Wire(daemon.ports["smtp"]) as wire:
        reply = wire.send(mail.sender, DESK, mail.octets)
    ledger.note(mail, reply)
    return reply


def assert_recovered(daemon, database, ledger):
    """Fail unless everything answered 250 is one entry, and nothing else is there."""
    drain(database, daemon, 90)
    ledger.assert_kept(database)
    assert_sound(database)
    assert daemon.stop() == 0


@pytest.mark.one_database
def test_a_locked_sqlite_is_a_temporary_refusal(database_url, tmp_path):
    """While another process holds the lock mail gets 451, others are served, then all goes on."""
    ledger = Ledger()
    path = database_url.removeprefix("sqlite:///")
    with daemon_in(tmp_path / "daemon", database_url) as daemon:
        daemon.start("impatient")
        assert send(daemon, ledger, "before").startswith("250")
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("PRAGMA busy_timeout=10000")
            other.execute("BEGIN EXCLUSIVE")
            with Wire(daemon.ports["smtp"]) as wire:
                mail = a_mail("waiting")
                assert wire.envelope(mail.sender, [DESK]).startswith("354")
                wire.socket.sendall(on_the_wire(mail.octets))
                with Wire(daemon.ports["smtp"]) as bystander:
                    assert bystander.say("NOOP").startswith("250")
                reply = wire.reply()
                ledger.note(mail, reply)
            assert reply == "451 4.3.0 Please try again later"
            assert send(daemon, ledger, "small").startswith("451 4.3.0")
            assert send(daemon, ledger, "large", LARGE).startswith("451 4.3.0")
            other.execute("COMMIT")
        assert send(daemon, ledger, "after").startswith("250")
        assert_recovered(daemon, Database(database_url), ledger)


@pytest.mark.one_database
def test_files_that_cannot_grow_are_a_temporary_refusal(database_url, tmp_path):
    """Without room for a commit, a temporary file or the log, mail gets 4xx until there is some."""
    ledger = Ledger()
    with daemon_in(tmp_path / "daemon", database_url) as daemon:
        daemon.start()
        database = Database(database_url)
        assert send(daemon, ledger, "before").startswith("250")
        drain(database, daemon)
        resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (1024, resource.RLIM_INFINITY))
        for number in range(5):
            reply = send(daemon, ledger, f"small{number}")
            assert reply[:3] in ("451", "452"), reply
            reply = send(daemon, ledger, f"large{number}", LARGE)
            assert reply[:3] in ("451", "452"), reply
        resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, UNLIMITED)
        assert send(daemon, ledger, "after").startswith("250")
        assert send(daemon, ledger, "after-large", LARGE).startswith("250")
        assert_recovered(daemon, database, ledger)


@pytest.mark.one_database
def test_a_log_that_cannot_be_written_stops_nothing(database_url, tmp_path):
    """With nobody to take its log, the daemon takes mail and works it off all the same."""
    ledger = Ledger()
    with daemon_in(tmp_path / "daemon", database_url) as daemon:
        daemon.start()
        assert send(daemon, ledger, "before").startswith("250")
        daemon.lose_the_log()
        for number in range(5):
            assert send(daemon, ledger, f"m{number}").startswith("250")
        database = Database(database_url)
        assert_recovered(daemon, database, ledger)
