"""Faults that are ours: the sender hears 4xx, nothing is lost, and service resumes by itself."""

import contextlib
import resource
import shutil
import sqlite3
import tempfile
import time
from pathlib import Path

import pytest

from mailgate.store.database import Database
from tests.chaos.crowd import Crowd
from tests.chaos.daemon import DESK, daemon_in
from tests.chaos.ledger import Ledger, a_mail, assert_sound, drain
from tests.chaos.wire import Wire, on_the_wire
from tests.servers import missing, wait_for
from tests.servers.postgres import Postgres, programs

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
    drain(database, daemon, 70)
    ledger.assert_kept(database)
    assert_sound(database)
    database.dispose()
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


@pytest.mark.one_database
def test_a_full_disk_is_a_temporary_refusal(tmp_path):
    """On a full disk mail gets 4xx, at MAIL or at its end; freed, the disk takes mail again."""
    ledger = Ledger()
    with daemon_in(tmp_path / "daemon") as daemon:
        # A file system of the daemon's own, which we enter by way of /proc.
        mount = 'mount -t tmpfs -o size=24m none "$0" && exec "$@"'
        daemon.write_config(largest="1 MB")
        try:
            daemon.start(wrapped=["unshare", "-rm", "sh", "-ec", mount, str(daemon.state)])
        except (AssertionError, OSError):
            missing("a file system of one's own needs unshare", "allow user namespaces")
        disk = Path(f"/proc/{daemon.pid}/root{daemon.state}")
        assert send(daemon, ledger, "before").startswith("250")
        with Wire(daemon.ports["smtp"]) as wire:
            mail = a_mail("in-between", LARGE)
            assert wire.envelope(mail.sender, [DESK]).startswith("354")
            _fill(disk / "filler")
            wire.socket.sendall(on_the_wire(mail.octets))
            reply = wire.reply()
            ledger.note(mail, reply)
        assert reply[:3] in ("451", "452"), reply
        wait_for(lambda: _refused_at_mail(daemon), "MAIL is refused for want of room")
        (disk / "filler").unlink()
        wait_for(lambda: not _refused_at_mail(daemon), "there is room again")
        assert send(daemon, ledger, "after", LARGE).startswith("250")
        wait_for(lambda: len(daemon.events("decided")) == 2, "both mails are worked off")
        # SQLite would follow /proc to our own disk, and the daemon's ends with it: so a copy.
        for path in disk.glob("mailgate.db*"):
            shutil.copyfile(path, tmp_path / path.name)
        assert daemon.stop() == 0
        database = Database(f"sqlite:///{tmp_path / 'mailgate.db'}")
        ledger.assert_kept(database)
        assert_sound(database)
        database.dispose()


def _fill(path):
    """Write a file until the disk is full."""
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while file.write(b"\0" * 65536):
            pass


def _refused_at_mail(daemon):
    with Wire(daemon.ports["smtp"]) as wire:
        return wire.say("MAIL FROM:<anna@example.net>").startswith("452 4.3.1")


class Restartable(Postgres):
    """A cluster that is stopped at once and started again, at its port."""

    def start_again(self):
        """Start and wait until it answers."""
        self._process = self._launch()
        wait_for(lambda: self._verdict(self._process) == "answers", "PostgreSQL is back", 30)


@pytest.fixture
def cluster():
    """Give a PostgreSQL of the test's own."""
    where = programs()
    if where is None:
        missing("the PostgreSQL server is not installed (package postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="mailgate-postgres-"))
    cluster = Restartable(folder, where)
    yield cluster
    cluster.stop()
    shutil.rmtree(folder, ignore_errors=True)


def test_a_stopped_postgresql_is_a_temporary_refusal(cluster, tmp_path):
    """Stopped at once and started again: 451 meanwhile, then service without a restart of ours."""
    ledger = Ledger()
    url = cluster.create("mailgate")
    with daemon_in(tmp_path / "daemon", url) as daemon:
        daemon.start()
        for number in range(5):
            assert send(daemon, ledger, f"before{number}").startswith("250")
        cluster.stop()
        assert send(daemon, ledger, "away").startswith("451 4.3.0")
        assert send(daemon, ledger, "away-large", LARGE).startswith("451 4.3.0")
        cluster.start_again()
        assert send(daemon, ledger, "after").startswith("250")
        assert_recovered(daemon, Database(url), ledger)


def test_postgresql_stopped_under_load_loses_nothing(cluster, tmp_path, figure):
    """What was answered 250 while the server went away and came back is one entry each."""
    url = cluster.create("mailgate")
    with daemon_in(tmp_path / "daemon", url) as daemon:
        daemon.start()
        crowd = Crowd(daemon, [a_mail(f"m{number}") for number in range(2000)])
        for _ in range(2):
            answered = len(crowd.ledger.answered("250"))
            wait_for(lambda n=answered: len(crowd.ledger.answered("250")) > n + 20, "mail is taken")
            cluster.stop()
            cluster.start_again()
        crowd.stop()
        figure(f"PostgreSQL stopped twice under load: replies {dict(crowd.ledger.codes())}")
        # An answer to COMMIT that was lost with the server leaves it open whether it was done.
        crowd.ledger.forget_replies("451")
        assert_recovered(daemon, Database(url), crowd.ledger)


@pytest.mark.one_database
def test_sigterm_under_load_ends_in_good_order(database_url, tmp_path, figure):
    """Told to end, the daemon does within 15 s, with 0, and every 250 it gave is an entry."""
    with daemon_in(tmp_path / "daemon", database_url) as daemon:
        daemon.start()
        crowd = Crowd(daemon, [a_mail(f"m{number}") for number in range(5000)])
        wait_for(lambda: len(crowd.ledger.answered("250")) > 100, "mail comes in")
        began = time.monotonic()
        assert daemon.stop() == 0
        figure(f"SIGTERM under load: ended after {time.monotonic() - began:.2f} s")
        crowd.stop()
        daemon.start()
        assert_recovered(daemon, Database(database_url), crowd.ledger)
        daemon.assert_no_traceback()


@pytest.mark.one_database
def test_a_second_daemon_is_refused(database_url, tmp_path):
    """One daemon to an SQLite file and to a state directory; the first goes on undisturbed."""
    with daemon_in(tmp_path / "first", database_url) as first:
        first.start()
        with daemon_in(tmp_path / "second", database_url) as second:
            second.launch()
            assert second.exit_code(15) == 75
            assert f"another mailgate daemon (process {first.pid}) runs here" in second.log()
        ledger = Ledger()
        assert send(first, ledger, "undisturbed").startswith("250")
        assert_recovered(first, Database(database_url), ledger)
