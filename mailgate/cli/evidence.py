"""What a mail says, and which of its lines decided what became of it, for whoever has to judge.

Read anew from the octets, in the cage. The reason is the one recorded; the lines are those that it
speaks of. Bounded: a screenful of headers, some pages of words.
"""

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from sqlmodel import Session

from mailgate.cli.output import Told, block, clock, columns, iso, plain
from mailgate.commands import has_command
from mailgate.intake.spool import Spool
from mailgate.message import parse
from mailgate.message.message import Message
from mailgate.store import blobs

_COLUMNS = ("ID", "SINCE", "CAUSE", "FROM", "SUBJECT", "TO")
_MAX_HEADERS = 200
_MAX_VALUE = 300
_MAX_TEXT = 20_000
_THREADING = ("In-Reply-To", "References")

# What a recorded reason says, and the headers that it then rests on, beside those it names.
_RESTS_ON = {
    "message-id of ticket": _THREADING,
    "in the subject of ticket": ("Subject",),
    "reply address of ticket": ("To", "Cc"),
    "takes part": ("From",),
    "takes no part": ("From",),
    "authentication failed": ("Authentication-Results", "From"),
    "authentication-results": ("Authentication-Results",),
    "agent's address": ("From",),
    "no address of ours": ("To", "Cc", "Delivered-To"),
    "report": ("Content-Type",),
    "its sender has asked": ("From",),
}


def told_of(message: Message, reasons: Sequence[str], recipients: Sequence[str]) -> Told:
    """Return headers, words and deciding lines as --json prints them."""
    return {
        "decided_by": list(dict.fromkeys(_deciding(message, " ".join(reasons), recipients))),
        "headers": [[name, value[:_MAX_VALUE]] for name, value in message.headers[:_MAX_HEADERS]],
        "text": message.full_text[:_MAX_TEXT],
    }


def table(session: Session, rows: Sequence[Spool], zone: tzinfo) -> str:
    """Return held mail as a table: what whoever has to judge looks at first."""
    lines = [
        (
            row.id,
            clock(iso(row.finished_at or row.received_at, zone)),
            row.cause,
            row.author or row.mail_from or "<>",
            _subject_of(session, row),
            ", ".join(row.recipients),
        )
        for row in rows
    ]
    return columns(_COLUMNS, lines)


def page_of(told: Told) -> str:
    """Return the same for people."""
    headers = "\n".join(f"{name}: {value}" for name, value in told["headers"])
    parts = [("headers", headers), ("text", told["text"] or "(no words)")]
    if told["decided_by"]:
        parts.insert(0, ("decided by", "\n".join(told["decided_by"])))
    return "\n\n".join(f"{title}\n{block(text)}" for title, text in parts)


def _deciding(message: Message, reason: str, recipients: Sequence[str]) -> Iterator[str]:
    said = f" {reason.lower()}"  # whole names: In-Reply-To is not To
    wanted = {name.lower() for key, names in _RESTS_ON.items() if key in said for name in names}
    for name, value in message.headers[:_MAX_HEADERS]:
        if name.lower() in wanted or f" {name.lower()}:" in said or f" {name.lower()} is " in said:
            yield plain(f"{name}: {value}", _MAX_VALUE)
    if "reply address of ticket" in said or "envelope recipient" in said or "of ours" in said:
        yield from (f"envelope recipient: {each}" for each in recipients)
    if "command" in said and has_command(message.text):
        first = message.text.strip().partition("\n")[0]
        yield plain(f"first line: {first}", _MAX_VALUE)


def _subject_of(session: Session, row: Spool) -> str:
    """Return the subject of a mail, by its first octets alone, so that a list stays quick."""
    head = next(blobs.get(session, row.sha256), b"")
    return parse.simplified(head, row.size, "").subject
