"""How long to stay away from a server, and how many connections one may have at a time."""

import threading
from collections import deque
from collections.abc import Callable
from datetime import timedelta

from mailgate.intake.imap.settings import Backoff


def pause(
    backoff: Backoff, failures: int, hint: timedelta | None, chance: Callable[[], float]
) -> timedelta:
    """Return how long to wait before the next try.

    failures: connections in a row that came to nothing; 0 after one that had worked. hint: how
    long the server asked us to wait, at most twice the longest wait of ours. chance: gives a
    number from 0 to 1; a fifth of the wait is left to it, so that not all come back at once.
    """
    longest = backoff.most
    if failures == 0:
        wait = backoff.soon
    else:
        wait = min(backoff.first * 2 ** min(failures - 1, 16), longest)
    if hint is not None:
        wait = max(wait, min(hint, 2 * longest))
    return wait * (0.8 + 0.4 * chance())


class Slots:
    """The connections that may be open to each host, given out in turn."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._used: dict[str, int] = {}
        self._queues: dict[str, deque[object]] = {}

    def take(self, host: str, most: int, seconds: float) -> bool:
        """Take a slot, after those who asked before; say no when the time is over."""
        ticket = object()
        with self._changed:
            queue = self._queues.setdefault(host, deque())
            queue.append(ticket)

            def our_turn() -> bool:
                return queue[0] is ticket and self._used.get(host, 0) < most

            try:
                if not self._changed.wait_for(our_turn, seconds):
                    return False
                self._used[host] = self._used.get(host, 0) + 1
                return True
            finally:
                queue.remove(ticket)
                self._changed.notify_all()

    def give_back(self, host: str) -> None:
        """Give a slot back."""
        with self._changed:
            self._used[host] -= 1
            self._changed.notify_all()

    def wanted(self, host: str) -> bool:
        """Say whether somebody waits for a slot."""
        with self._changed:
            return bool(self._queues.get(host))
