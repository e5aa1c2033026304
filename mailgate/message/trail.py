"""The way a mail has come, from its Received fields (RFC 5321 §4.4), for `explain`.

Promises a Hop per field, at most 30, for any fields. The fields are read by mail-parser (4.8),
which is right and linear on them. It does not read the rest of the mail here, since measured on
damaged mail it turned a raw 8-bit Polish subject into "", kept only the first of several From
fields, put the words of an attached message after the sender's own, took a PDF without a name
for text, and raised ValueError, AttributeError and HeaderParseError of the library below it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailgate.message import charset, fields

MAX_HOPS = 30
_MAX_FIELD = 2000


@dataclass(frozen=True)
class Hop:
    """One machine handing the mail to another. number: from 1, the first hop first.

    at: when it was received, by that machine's clock; delay: since the hop before.
    """

    number: int
    sender: str = ""
    receiver: str = ""
    protocol: str = ""
    recipient: str = ""
    at: datetime | None = None
    delay: timedelta | None = None


def hops(headers: Iterable[tuple[str, str]]) -> tuple[Hop, ...]:
    """Return the way of a mail, oldest hop first; only the 30 newest of a long one."""
    received = [value[:_MAX_FIELD] for name, value in headers if name.lower() == "received"]
    if not received:
        return ()
    from mailparser.utils import receiveds_parsing  # noqa: PLC0415 - 40 ms, for explain alone

    try:
        parsed = receiveds_parsing(received[:MAX_HOPS])
    except Exception:  # noqa: BLE001 - a foreign parser; without it the way is just not shown
        return ()
    found: list[Hop] = []
    for number, told in enumerate(parsed, 1):
        at = fields.date(str(told.get("date", "")))
        before = found[-1].at if found else None
        found.append(
            Hop(
                number=number,
                sender=_said(told, "from"),
                receiver=_said(told, "by"),
                protocol=_said(told, "with"),
                recipient=_said(told, "for").strip("<>"),
                at=at,
                delay=at - before if at is not None and before is not None else None,
            )
        )
    return tuple(found)


def _said(told: dict[str, object], clause: str) -> str:
    return charset.one_line(str(told.get(clause) or ""))[:300]
