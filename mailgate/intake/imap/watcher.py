"""Watching one mailbox, for years: a thread, a connection, and patience.

Promises that nothing a server does ends the thread or the daemon, and that a server which fails
is asked again later and later. Mail that cannot be had now stays in the mailbox.
"""

import contextlib
import os
import select
import threading
import time
from dataclasses import replace
from datetime import timedelta

from mailgate.intake.imap import books
from mailgate.intake.imap.answers import BrokenError, RefusedError
from mailgate.intake.imap.books import LeaseLostError
from mailgate.intake.imap.desk import Desk
from mailgate.intake.imap.faults import FaultKind
from mailgate.intake.imap.patience import Slots
from mailgate.intake.imap.settings import MailboxSettings
from mailgate.intake.imap.signing_in import SignInError
from mailgate.intake.imap.standing import Standing
from mailgate.intake.imap.visit import Visit, signed_in

_NO_TIME = timedelta()
_SLOT_SECONDS = 1.0
_FRUITLESS = 20
_NO_ROOM = "our own disk is nearly full; mail waits in the mailbox until there is room"


class Watcher:
    """Watches one mailbox in a thread of its own. slots: shared by all watchers."""

    def __init__(self, settings: MailboxSettings, desk: Desk, slots: Slots) -> None:
        # A lease outlasts two polls, or another daemon would take it while nothing is wrong.
        self.settings = replace(settings, lease=max(settings.lease, 2 * settings.poll))
        self._desk = desk
        self._slots = slots
        self._standing = Standing(self.settings, desk)
        self._woken, self._waker = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._waker, False)
        self._stopping = threading.Event()
        self._poll_due = 0.0
        self._thread = threading.Thread(
            target=self._run, name=f"mailbox-{settings.name}", daemon=True
        )

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def wake(self) -> None:
        """Let it look at the mailbox now; from any thread."""
        with contextlib.suppress(OSError):
            os.write(self._waker, b"!")

    def tick(self) -> None:
        """Let it look if a look is due: the net under whatever the server tells or not."""
        if time.monotonic() >= self._poll_due:
            self.wake()

    def stop(self) -> None:
        """Let it end after the mail it is at."""
        self._stopping.set()
        self.wake()

    def join(self, seconds: float) -> bool:
        """Wait for its end; say whether it has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                rest = self._once()
            except Exception as error:  # noqa: BLE001 - nothing may end the watching
                rest = self._standing.faulty(error)
            self._rest(rest)
        self._standing.stopped()

    def _once(self) -> timedelta:
        """Watch until the connection ends; return how long to rest."""
        settings = self.settings
        with self._desk.database.writing() as session:
            ours = books.take_lease(
                session, settings.name, self._desk.owner, self._desk.now(), settings.lease
            )
        if not ours:
            return self._standing.elsewhere()
        if not self._desk.room():
            return self._standing.failed(_NO_ROOM, FaultKind.TEMPORARY, worked=False)
        if not self._slots.take(settings.host, settings.max_connections_per_host, _SLOT_SECONDS):
            return _NO_TIME
        try:
            return self._connected()
        except LeaseLostError:
            return self._standing.elsewhere()
        finally:
            self._slots.give_back(settings.host)

    def _connected(self) -> timedelta:
        began, visit = time.monotonic(), None
        try:
            with signed_in(self.settings) as connection:
                visit = Visit(connection, self.settings, self._desk, self._standing.complain)
                return self._watch(visit, began)
        except SignInError as error:
            return self._standing.failed(str(error), error.kind, worked=False)
        except (BrokenError, RefusedError) as error:
            long = time.monotonic() - began >= self.settings.backoff.first.total_seconds()
            worked = visit is not None and (long or visit.taken > 0)
            return self._standing.failed(str(error), None, worked=worked)

    def _watch(self, visit: Visit, began: float) -> timedelta:
        """Look and wait until it is time for another connection; return how long to rest."""
        settings = self.settings
        while not self._stopping.is_set():
            self._poll_due = time.monotonic() + settings.poll.total_seconds()
            if not self._desk.room():
                return self._standing.failed(_NO_ROOM, FaultKind.TEMPORARY, worked=False)
            visit.look(self._stopping.is_set)
            self._standing.well(idles=visit.idles)
            if time.monotonic() - began >= settings.reconnect.total_seconds():
                return _NO_TIME
            if self._slots.wanted(settings.host):
                # Others wait for a connection to this host; until the next look we need none.
                return settings.poll
            self._wait(visit)
        return _NO_TIME

    def _wait(self, visit: Visit) -> None:
        """Wait for the next look; take at once what the server tells of by IDLE."""
        fruitless = 0
        while not self._stopping.is_set():
            left = self._poll_due - time.monotonic()
            if left <= 0 or self._was_woken():
                return
            # A server that tells of news all the time and has none is waited for by polling.
            if not visit.may_idle or fruitless > _FRUITLESS:
                self._doze(left)
                return
            idle = min(left, self.settings.idle.total_seconds())
            fruitless += not visit.wait(idle, self._woken)

    def _rest(self, length: timedelta) -> None:
        """Wait for so long, whatever wakes us but the end; the server shall have its peace."""
        self._poll_due = time.monotonic() + length.total_seconds()
        while not self._stopping.is_set() and time.monotonic() < self._poll_due:
            self._doze(self._poll_due - time.monotonic())

    def _doze(self, seconds: float) -> None:
        """Wait for so long, or until woken."""
        poller = select.poll()
        poller.register(self._woken, select.POLLIN)
        poller.poll(max(seconds, 0) * 1000)
        self._was_woken()

    def _was_woken(self) -> bool:
        try:
            return bool(os.read(self._woken, 4096))
        except BlockingIOError:
            return False
