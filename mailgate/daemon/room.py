"""Whether there is room on the disk for mail: at least twice the largest that may come."""

import shutil
import time

from mailgate.config.configuration import Configuration


class Room:
    """Says whether the disk has room for mail; looks once a second."""

    def __init__(self, configuration: Configuration) -> None:
        listeners = [each for each in (configuration.smtp, configuration.lmtp) if each is not None]
        sizes = [each.limits.max_message_size for each in listeners]
        sizes += [each.max_size for each in configuration.mailboxes]
        self._needed = 2 * max(sizes, default=0)
        self._place = configuration.state
        self._looked_at = float("-inf")
        self._enough = True

    def __call__(self) -> bool:
        """Say whether there is room."""
        if time.monotonic() - self._looked_at > 1:
            self._enough = shutil.disk_usage(self._place).free >= self._needed
            self._looked_at = time.monotonic()
        return self._enough
