"""What commands print: columns and blocks for people, JSON for scripts.

Nothing a sender wrote reaches a terminal with control characters in it, nor with marks that turn
the direction of text round. JSON is UTF-8 whatever the terminal speaks, and keeps everything.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from typing import Any

import click

Told = dict[str, Any]
"""An object as --json prints it."""

_UNSAFE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_CUT_AT = 100


def safe(text: str) -> str:
    """Return text of any number of lines without what would command a terminal."""
    return _UNSAFE.sub("", _LINE_ENDS.sub("\n", text))


def plain(text: str, cut_at: int = 10_000) -> str:
    """Return text on one line, safe for a terminal; cut_at: columns kept of it."""
    line = " ".join(safe(text).split())
    return line if len(line) <= cut_at else f"{line[: cut_at - 1]}…"


def block(text: str, indent: str = "    ") -> str:
    """Return text of several lines, safe and indented."""
    return "\n".join(f"{indent}{line}".rstrip() for line in safe(text).rstrip().split("\n"))


def columns(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows aligned under their header; None is shown as a dash."""
    shown = [list(header)]
    shown += [
        ["-" if each in (None, "") else plain(str(each), _CUT_AT) for each in r] for r in rows
    ]
    widths = [max(_width(row[n]) for row in shown) for n in range(len(header))]
    return "\n".join(
        "  ".join(each + " " * (widths[n] - _width(each)) for n, each in enumerate(row)).rstrip()
        for row in shown
    )


def pairs(rows: Iterable[tuple[str, object]]) -> str:
    """Return name and value on a line each, aligned; what has no value is left out."""
    kept = [(name, plain(str(value))) for name, value in rows if value not in (None, "", [])]
    width = max((len(name) for name, _ in kept), default=0)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in kept)


def print_json(told: Any, *, on_one_line: bool = False) -> None:
    """Print one JSON value, on one line where many follow each other (NDJSON)."""
    text = json.dumps(told, ensure_ascii=False, indent=None if on_one_line else 1)
    # A lone surrogate (a file name that is no text) becomes the JSON escape of itself.
    click.echo(text.encode("utf-8", "backslashreplace"))


def iso(at: datetime | None, zone: tzinfo) -> str | None:
    """Return a moment in ISO 8601 with the zone's offset, to the second."""
    return None if at is None else at.astimezone(zone).isoformat(timespec="seconds")


def clock(at: datetime | str | None) -> str | None:
    """Return a moment, or one as `iso` writes it, as people read it: local, to the minute."""
    if isinstance(at, str):
        at = datetime.fromisoformat(at)
    return None if at is None else f"{at:%Y-%m-%d %H:%M}"


def octets(count: int) -> str:
    """Return a size as people read it."""
    for unit, one in (("MB", 1024 * 1024), ("KB", 1024)):
        if count >= one:
            return f"{count / one:.1f} {unit}"
    return f"{count} B"


def _width(text: str) -> int:
    return sum(
        0 if unicodedata.category(each) in ("Mn", "Me", "Cf") else _cells(each) for each in text
    )


def _cells(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
