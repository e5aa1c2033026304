"""What is wrong in a configuration, all of it at once, each with its place and its remedy.

A fault never holds a secret: readers of passwords and keys do not quote what they read.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One thing to change. line: from 1, 0 for the whole file. key: dotted, "" for none."""

    file: str
    line: int
    key: str
    wrong: str
    instead: str

    @property
    def text(self) -> str:
        """The fault on one line: `file:line: key: what is wrong; what to write instead`."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        said = f"{self.wrong}; {self.instead}" if self.instead else self.wrong
        whole = ": ".join(part for part in (place, self.key, said) if part)
        # What is quoted may hold anything, a line break or a terminal's command too.
        return "".join(sign if sign.isprintable() else "?" for sign in whole)


class Faults(Exception):
    """The configuration cannot be used; `faults` says everything that is wrong with it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(dict.fromkeys(faults))
        super().__init__(self.text)

    @property
    def text(self) -> str:
        """One line per fault, in the order of the file."""
        return "\n".join(fault.text for fault in self.faults)
