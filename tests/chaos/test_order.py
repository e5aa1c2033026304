"""The order of system calls: the disk has a mail before its sender hears 250.

The page cache survives a process that is killed, so that no kill can show this; only the order
of fdatasync and sendto can (RFC 5321 §6.1).
"""

import pytest

from mailgate.store.database import Database
from tests.chaos.daemon import DESK, daemon_in
from tests.chaos.ledger import a_mail, drain
from tests.chaos.tracing import answers_too_early, strace
from tests.chaos.wire import Wire

MAILS = 25
CALLS = "trace=fdatasync,fsync,recvfrom,sendto"


def answers_of(breakage, tmp_path, database_url):
    """Return what `answers_too_early` says of a daemon that takes mails one after another."""
    with daemon_in(tmp_path / "daemon", database_url) as daemon:
        daemon.start(breakage)
        database = Database(database_url)
        with (
            strace(daemon.pid, tmp_path, "-e", CALLS) as trace,
            Wire(daemon.ports["smtp"]) as wire,
        ):
            for number in range(MAILS):
                mail = a_mail(f"m{number}", "dalej\r\n" * 200 * (number % 3))
                assert wire.send(mail.sender, DESK, mail.octets).startswith("250")
                # So that no other transaction's fdatasync is taken for this mail's.
                drain(database, daemon)
        database.dispose()
        return answers_too_early(trace.read_text(errors="replace"))


@pytest.mark.one_database
def test_every_250_follows_an_fsync(database_url, tmp_path):
    """Between the end of a mail's data and its 250 the disk is told, and has answered."""
    assert answers_of("", tmp_path, database_url) == ([], MAILS)


@pytest.mark.one_database
@pytest.mark.parametrize("breakage", ["unsynced", "hasty"])
def test_the_check_finds_answers_that_come_too_early(database_url, tmp_path, breakage):
    """A daemon with synchronous=NORMAL, or one that commits after its 250, does not pass."""
    early, answers = answers_of(breakage, tmp_path, database_url)

    assert answers == MAILS
    assert len(early) > MAILS / 2
