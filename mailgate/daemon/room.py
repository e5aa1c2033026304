"""Whether the disks have room for mail: asked before it is sent, so that its sender keeps it."""

import shutil
import time
from collections.abc import Collection
from pathlib import Path

from mailgate.config.configuration import Configuration
from mailgate.store.database import Database

_LOOK_AGAIN_SECONDS = 1.0


class Room:
    """Says whether every one of the places has the octets needed; looks once a second."""

    def __init__(self, places: Collection[Path], needed: int) -> None:
        self._places = places
        self._needed = needed
        self._looked_at = float("-inf")
        self._enough = True

    def __call__(self) -> bool:
        """Say so. OSError where a place is not there."""
        if time.monotonic() - self._looked_at > _LOOK_AGAIN_SECONDS:
            free = min(shutil.disk_usage(place).free for place in self._places)
            self._enough = free >= self._needed
            self._looked_at = time.monotonic()
        return self._enough


def largest_mail(configuration: Configuration) -> int:
    """Return the octets of the largest mail that any way in would take."""
    listeners = [each for each in (configuration.smtp, configuration.lmtp) if each is not None]
    sizes = [each.limits.max_message_size for each in listeners]
    return max([*sizes, *(each.max_size for each in configuration.mailboxes)], default=0)


def places_of(configuration: Configuration, database: Database) -> set[Path]:
    """Return the directories that mail is written to."""
    return {configuration.state} | ({database.file.parent} if database.file else set())
