"""Clients that send at once, whatever happens to the daemon."""

import threading

from tests.chaos.daemon import DESK, Daemon
from tests.chaos.ledger import Ledger, Mail
from tests.chaos.wire import Wire

CLIENTS = 8


class Crowd:
    """Eight clients that send, each mail once, to whatever daemon is there."""

    def __init__(self, daemon: Daemon, mails: list[Mail]) -> None:
        self.ledger = Ledger()
        self._daemon = daemon
        self._shares = [mails[first::CLIENTS] for first in range(CLIENTS)]
        self._threads = [threading.Thread(target=self._work, args=(each,)) for each in self._shares]
        self._stopped = threading.Event()
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Wait until everything was sent."""
        for thread in self._threads:
            thread.join()

    def stop(self) -> None:
        """Let them end early."""
        self._stopped.set()
        self.join()

    @property
    def sending(self) -> bool:
        """Say whether somebody still has mail to send."""
        return any(thread.is_alive() for thread in self._threads)

    def _work(self, mails: list[Mail]) -> None:
        waiting = list(reversed(mails))
        while waiting and not self._stopped.is_set():
            try:
                with Wire(self._daemon.ports["smtp"]) as wire:
                    while waiting and not self._stopped.is_set():
                        self._send_one(wire, waiting.pop())
            except (OSError, EOFError):
                self._stopped.wait(0.01)

    def _send_one(self, wire: Wire, mail: Mail) -> None:
        self.ledger.note(mail, "")
        reply = wire.send(mail.sender, DESK, mail.octets)
        self.ledger.note(mail, reply)
        if reply.startswith("4"):
            self._stopped.wait(0.05)  # nobody who was asked to come later is back at once
