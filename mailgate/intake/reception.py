"""The one desk at which every way in asks and hands over its messages.

Promises that a message handed over is taken whole or not at all, whatever the client does
meanwhile, and that every error of ours becomes a temporary refusal of fixed text. A few large
messages go into the store at once; small ones do not wait for them.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path as FilePath

from mailgate.intake import answers
from mailgate.intake.content import Content
from mailgate.intake.events import Events
from mailgate.intake.paths import Path
from mailgate.intake.spool import Arrival

_SMALL_AT_ONCE = 4
_LARGE_AT_ONCE = 2


@dataclass(frozen=True)
class Taken:
    """The message is durable under this spool id."""

    spool_id: int


@dataclass(frozen=True)
class Refused:
    """It is not ours; the reply says why."""

    reply: bytes


def always_room() -> bool:
    """Say that there is room."""
    return True


class Reception:
    """Asks and hands over on behalf of the listeners.

    accept: blocking; makes a message durable and returns its spool id, or raises and has taken
    nothing. knows: whether a recipient is ours; quick. room: whether the disks have room.
    directory: where large messages wait while they come in.
    """

    def __init__(
        self,
        accept: Callable[[Arrival, Content], int],
        knows: Callable[[str], bool],
        now: Callable[[], datetime],
        directory: FilePath,
        room: Callable[[], bool] = always_room,
        events: Events | None = None,
    ) -> None:
        self.now = now
        self.events = events or Events()
        self._accept = accept
        self._knows = knows
        self._room = room
        self._directory = directory
        self._small = ThreadPoolExecutor(_SMALL_AT_ONCE, "accept")
        self._large = ThreadPoolExecutor(_LARGE_AT_ONCE, "accept-large")

    def new_content(self) -> Content:
        """Return an empty content that waits in our directory when it grows large."""
        return Content(self._directory)

    def refuses_mail(self) -> bytes | None:
        """Return the refusal of any mail at all, or None: disks may be full."""
        try:
            return None if self._room() else answers.NO_ROOM
        except Exception as error:  # noqa: BLE001 - ours is 4xx, whatever it is
            return self._fault("room", error)

    def refuses_recipient(self, path: Path) -> bytes | None:
        """Return the refusal of a recipient, or None if the address is ours.

        A source route is never followed, and an address within an address asks for a relay.
        """
        if path.routed:
            return answers.NOT_A_RELAY
        try:
            known = self._knows(path.address)
        except Exception as error:  # noqa: BLE001 - ours is 4xx, whatever it is
            return self._fault("knows", error)
        if known:
            return None
        return answers.NOT_A_RELAY if path.hides_another else answers.UNKNOWN_RECIPIENT

    async def take(self, arrival: Arrival, content: Content) -> Taken | Refused:
        """Make a finished content durable; from here on it is closed by us.

        Shielded: a client that goes away now does not stop it half-way.
        """
        pool = self._large if content.spilled else self._small
        job = asyncio.get_running_loop().run_in_executor(pool, self._hand_over, arrival, content)
        return await asyncio.shield(job)

    def close(self) -> None:
        """Wait for what is being handed over, then stop the threads."""
        self._small.shutdown()
        self._large.shutdown()

    def _hand_over(self, arrival: Arrival, content: Content) -> Taken | Refused:
        with content:
            try:
                spool_id = self._accept(arrival, content)
            except Exception as error:  # noqa: BLE001 - nothing was taken; the sender keeps it
                return Refused(self._fault("accept", error))
            recipients = len(arrival.envelope.recipients)
            self.events.accepted(spool_id, arrival.source, content.size, recipients)
            return Taken(spool_id)

    def _fault(self, where: str, error: Exception) -> bytes:
        self.events.fault(where, error)
        return answers.for_fault(error)
