"""What time it is: the system's clock, or a file that the demo and the scenarios set.

Times are aware and in UTC everywhere; durations are measured by time.monotonic elsewhere.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

Now = Callable[[], datetime]


def system_now() -> datetime:
    """Return the time of the system's clock."""
    return datetime.now(UTC)


class FileClock:
    """A clock whose time is what a file says, in ISO 8601 with offset.

    The file is replaced as a whole by whoever sets it. Raises ValueError where it does not hold
    a time with an offset.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self) -> datetime:
        """Return the time in the file."""
        text = self._path.read_text(encoding="ascii").strip()
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            raise ValueError(f"{self._path}: {text!r} has no offset; write 2026-11-07T10:00+01:00")
        return at.astimezone(UTC)
