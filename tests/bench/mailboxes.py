"""`python -m tests.bench.mailboxes`: what watching costs, against a real Dovecot.

How much later than Dovecot's own notice to another client a mail's entry is there (median of 50),
and what 50 mailboxes in which nothing happens cost in CPU and memory.
"""

import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from sqlalchemy import func, select
from sqlmodel import col

from mailgate.store.database import Database
from mailgate.tickets.model import Entry, EntryKind
from tests.bench.subjects import Running
from tests.chaos.daemon import Daemon, daemon_in
from tests.integration.mailboxes import a_mail
from tests.integration.test_imap_kill import watch
from tests.servers import wait_for
from tests.servers.dovecot import DovecotInstance, running

MAILS, IDLE_MAILBOXES, IDLE_SECONDS = 50, 50, 120


def main() -> None:
    """Measure and print."""
    with running() as dovecot, tempfile.TemporaryDirectory() as folder:
        _latency(dovecot, Path(folder))
        _idle(dovecot, Path(folder))


def _latency(dovecot: DovecotInstance, folder: Path) -> None:
    delays: list[float] = []
    with daemon_in(folder / "latency") as daemon:
        watch(daemon, dovecot, "latency")
        daemon.start()
        wait_for(lambda: daemon.events("mailbox-watched"), "it is watched")
        database = Database(daemon.url)
        with dovecot.client("latency") as observer:
            observer.select_folder("INBOX", readonly=True)
            for number in range(MAILS):
                observer.idle()
                appending = threading.Thread(
                    target=dovecot.append, args=("latency", [a_mail(number)])
                )
                appending.start()
                observer.idle_check(timeout=30)
                noticed = time.perf_counter()
                while _entries(database) <= number:
                    time.sleep(0.001)
                delays.append(time.perf_counter() - noticed)
                observer.idle_done()
                appending.join()
        database.dispose()
    middle, worst = statistics.median(delays) * 1000, max(delays) * 1000
    sys.stdout.write(
        f"APPEND to ticket: {middle:.0f} ms after Dovecot's notice to another client"
        f" (median of {MAILS}; at most {worst:.0f} ms)\n"
    )


def _entries(database: Database) -> int:
    with database.reading() as session:
        entries = select(func.count()).where(col(Entry.kind) == EntryKind.MESSAGE)
        return int(session.execute(entries).scalar_one())


def _idle(dovecot: DovecotInstance, folder: Path) -> None:
    with daemon_in(folder / "none") as alone, daemon_in(folder / "many") as busy:
        for number in range(IDLE_MAILBOXES):
            watch(busy, dovecot, f"idle{number}", poll="2 minutes")
        bare, many = (_cost(alone, 0), _cost(busy, IDLE_MAILBOXES))
    sys.stdout.write(
        f"{IDLE_MAILBOXES} idle mailboxes: {many[0]:.2f} % of a core and {many[1] / 1e6:.0f} MB"
        f" (a daemon with none: {bare[0]:.2f} % and {bare[1] / 1e6:.0f} MB)\n"
    )


def _cost(daemon: Daemon, mailboxes: int) -> tuple[float, int]:
    """Return per cent of a core over some time, polls included, and memory in octets."""
    daemon.start()
    wait_for(lambda: len(daemon.events("mailbox-watched")) >= mailboxes, "all are watched", 60)
    time.sleep(2)
    assert daemon.process is not None
    running_ = Running(daemon.process, 0)
    before = running_.cpu_seconds()
    time.sleep(IDLE_SECONDS)
    cpu = (running_.cpu_seconds() - before) / IDLE_SECONDS * 100
    memory = daemon.memory()
    daemon.stop()
    return cpu, memory


if __name__ == "__main__":
    main()
