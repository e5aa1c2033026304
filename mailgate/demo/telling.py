"""How the demo tells its story: scenes, mails in a frame, and a table of what was checked.

Writes plain lines; colours only where it is told that a terminal reads them.
"""

import textwrap
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

_WIDTH = 78
_BOLD, _DIM, _GREEN, _RED = "1", "2", "32", "31"


class Telling:
    """Writes the story line by line. coloured: a terminal reads it that understands colours."""

    def __init__(self, write: Callable[[str], None], *, coloured: bool = False) -> None:
        self._write = write
        self._coloured = coloured
        self._scenes = 0

    def title(self, text: str, rows: Iterable[tuple[str, str]]) -> None:
        """Write what this is, and where things are."""
        self._write(self._painted(text, _BOLD))
        self._write("")
        for name, value in rows:
            self._write(f"  {name:<10}  {value}")

    def scene(self, at: datetime, headline: str) -> None:
        """Begin a step. at: the time that the demo's clock says, local."""
        self._scenes += 1
        self._write("")
        heading = f"{self._scenes}. {at:%A} {at.day} {at:%B %Y, %H:%M}: {headline}"
        self._write(self._painted(heading, _BOLD))

    def say(self, text: str) -> None:
        """Tell something in whole sentences."""
        for line in textwrap.wrap(text, _WIDTH - 3):
            self._write(f"   {line}")

    def show(self, lines: Iterable[str]) -> None:
        """Show lines of a mail, or a command."""
        for line in lines:
            self._write(self._painted(f"     | {line}".rstrip(), _DIM))

    def summary(self, checked: Sequence[str]) -> None:
        """Write the table of what was checked and found so."""
        self._write("")
        self._write(self._painted("Checked", _BOLD))
        for each in checked:
            self._write(f"  {self._painted('✓', _GREEN)} {each}")

    def further(self, headline: str, commands: Iterable[tuple[str, str]]) -> None:
        """Write commands with which to look further, and what each is for."""
        self._write("")
        self._write(self._painted(headline, _BOLD))
        for command, purpose in commands:
            self._write(f"  {command}")
            self._write(self._painted(f"      {purpose}", _DIM))

    def failure(self, what: str, details: Iterable[tuple[str, str]], log: Sequence[str]) -> None:
        """Write what did not come true, and the end of the daemon's log."""
        self._write("")
        self._write(f"{self._painted('✗', _RED)} {self._painted(what, _BOLD)}")
        for name, value in details:
            self._write(f"  {name:<9} {value}")
        self._write("  The end of the daemon's log:" if log else "  The daemon's log is empty.")
        self.show(log)

    def _painted(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._coloured else text
