"""What a server means by its words: the cause and the one thing to do, for people.

Texts of mail servers, of token endpoints and of TLS. Nothing here is needed to work: a text that
nobody knows is shown as it is, and treated as something that passes.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache

from mailgate.intake.imap import known

_LONGEST_TEXT = 4000
_SUGGESTED = re.compile(
    r"Suggested Backoff Time:? *([0-9]{1,9}) *(milliseconds|ms|seconds|s)\b", re.I
)
_LONGEST_WAIT = timedelta(hours=1)


class FaultKind(StrEnum):
    """What kind of fault it is, and so what trying again is good for.

    wrong-password: the login, until somebody mends it. throttled: we are too much for the server.
    temporary: it passes. permanent: it stays until somebody mends it.
    """

    WRONG_PASSWORD = "wrong-password"  # noqa: S105 - a word, no password
    THROTTLED = "throttled"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"


@dataclass(frozen=True)
class Known:
    """A fault with its cause and remedy. wait: how long at least before the next try, if said."""

    cause: str
    remedy: str
    kind: FaultKind
    wait: timedelta | None = None

    @property
    def text(self) -> str:
        """Cause and remedy on one line."""
        return f"{self.cause}; {self.remedy}"


def explain(text: str) -> Known | None:
    """Return what a server's or a token endpoint's text means, None where nobody knows it."""
    said = text[:_LONGEST_TEXT]
    for pattern, fault in _table():
        if pattern.search(said):
            return _with_suggestion(fault, said)
    return None


def kind_of(text: str) -> FaultKind:
    """Return the kind of a fault; what nobody knows is worth another try."""
    found = explain(text)
    return found.kind if found is not None else FaultKind.TEMPORARY


def _with_suggestion(fault: Known, said: str) -> Known:
    found = _SUGGESTED.search(said)
    if found is None:
        return fault
    number = int(found[1])
    wait = timedelta(milliseconds=number if found[2].lower().startswith("m") else number * 1000)
    return Known(fault.cause, fault.remedy, fault.kind, min(wait, _LONGEST_WAIT))


@cache
def _table() -> tuple[tuple[re.Pattern[str], Known], ...]:
    return tuple(
        (
            re.compile(pattern, re.IGNORECASE),
            Known(cause, remedy, FaultKind(kind), timedelta(minutes=minutes) if minutes else None),
        )
        for pattern, kind, cause, remedy, minutes in known.FAULTS
    )
