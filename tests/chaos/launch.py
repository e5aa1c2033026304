"""Runs the daemon with one thing in it broken on purpose: `launch.py BREAKAGE CONFIG`.

The checks of this folder must fail on a daemon that breaks its promises; here are such daemons.
"""

import sys
import threading
from collections.abc import Callable
from pathlib import Path

from mailgate import logs
from mailgate.config import load
from mailgate.daemon import wiring
from mailgate.daemon.run import run
from mailgate.intake import content, spool
from mailgate.store import database


def impatient() -> None:
    """Wait only half a second for a lock of SQLite's, so that a test need not wait for ten."""
    database._BUSY_MILLISECONDS = 500


def unsynced() -> None:
    """Commit without telling the disk: what a power cut takes was answered 250."""
    checked = database._set_sqlite_pragmas

    def careless(connection) -> None:
        checked(connection)
        connection.execute("PRAGMA synchronous=NORMAL")

    database._set_sqlite_pragmas = careless


def hasty() -> None:
    """Answer 250 and commit afterwards."""
    accept = spool.accept

    def answer_first(*mail) -> int:
        octets = mail[2]
        octets.close = lambda: None
        threading.Timer(0.3, accept, mail).start()
        return 1

    wiring.spool.accept = answer_first


def greedy() -> None:
    """Keep whole messages in memory while they come in."""
    content.Content.__init__.__defaults__ = (1024**3,)


BREAKAGES: dict[str, Callable[[], None]] = {
    each.__name__: each for each in (impatient, unsynced, hasty, greedy)
}

if __name__ == "__main__":
    BREAKAGES[sys.argv[1]]()
    logs.configure()
    run(load(Path(sys.argv[2])))
