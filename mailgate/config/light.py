"""The little that `mailgate accept` must know, read without the rest.

It runs once a message, often from a pipe, and has 150 ms of CPU in all; so nothing here imports
more than tomllib and a few plain modules, and what it does not need is not checked.
"""

from dataclasses import dataclass
from pathlib import Path

from mailgate.config import values
from mailgate.config.place import find
from mailgate.config.reader import Sheet
from mailgate.config.state import read_state
from mailgate.intake.limits import ListenerLimits


@dataclass(frozen=True)
class Light:
    """state: directory of the local socket, absolute. max_message_size: octets."""

    state: Path
    max_message_size: int

    @property
    def socket(self) -> Path:
        """The local socket on which the daemon takes mail of `mailgate accept`."""
        return self.state / "mailgate.sock"


def light(path: Path | None = None) -> Light:
    """Return the state directory and the largest message that any listener takes.

    path: as given by `-c`. Raises Faults where the file cannot be read, or these keys are wrong.
    """
    sheet = Sheet(find(path))
    state = read_state(sheet.top.table("gateway"))
    section = sheet.top.table("listener")
    usual = ListenerLimits().max_message_size
    sizes = [
        section.table(kind).take("max_message_size", values.size, usual)
        for kind in ("smtp", "lmtp")
        if section.has(kind)
    ]
    sheet.close()
    return Light(state, max(sizes, default=usual))
