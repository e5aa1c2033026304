"""SIGKILL at a chosen system call: no instant on a mail's way loses or doubles it."""

import pytest

from mailgate.store.database import Database
from tests.chaos.daemon import DESK, daemon_in
from tests.chaos.ledger import Ledger, a_mail, assert_acknowledged, assert_sound, drain
from tests.chaos.tracing import strace
from tests.chaos.wire import Wire
from tests.servers import wait_for
from tests.smarthost_stub import smarthost_stub

# Which call, and the how many-eth of a thread is its last. Writes and syncs are those of
# transactions; what is sent are answers to clients and mail to the smarthost.
POINTS = [
    *(("fdatasync", nth) for nth in (1, 2, 3, 5)),
    *(("pwrite64", nth) for nth in (1, 4, 15)),
    *(("sendto", nth) for nth in (3, 6, 9)),
]
MAILS_EACH = 4


@pytest.mark.one_database
def test_no_instant_loses_or_doubles_a_mail(database_url, tmp_path, figure):
    """Whatever call the daemon dies at, each 250 is one entry, and repeats keep their name."""
    ledger, deaths = Ledger(), []
    with (
        smarthost_stub() as smarthost,
        daemon_in(tmp_path / "daemon", database_url, smarthost.port) as daemon,
    ):
        for call, nth in POINTS:
            daemon.start()
            fault = ("-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={nth}")
            with strace(daemon.pid, tmp_path, *fault):
                _send_some(daemon, ledger, f"{call}-{nth}")
                wait_for(lambda: not daemon.is_running(), f"{call} {nth} is called")
            deaths.append((call, nth))
        daemon.start()
        database = Database(database_url)
        drain(database, daemon)
        repeated = assert_acknowledged(database, smarthost.accepted, len(deaths))
        figure(f"{len(deaths)} deaths, replies {dict(ledger.codes())}, {repeated} mails repeated")
        ledger.assert_kept(database)
        assert_sound(database)
        database.dispose()
        assert daemon.stop() == 0
        daemon.assert_no_traceback()


def _send_some(daemon, ledger, name):
    """Send a few mails, until the daemon is gone."""
    for number in range(MAILS_EACH):
        mail = a_mail(f"{name}-{number}")
        try:
            with Wire(daemon.ports["smtp"]) as wire:
                ledger.note(mail, "")
                ledger.note(mail, wire.send(mail.sender, DESK, mail.octets))
        except (OSError, EOFError):
            return
