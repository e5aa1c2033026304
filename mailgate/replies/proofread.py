"""Reads every template the way a strict printer would, before a customer sees it.

Renders each letter with made-up facts in every variation (with and without a subject, all
kinds of receipt, all reopen settings) and gathers all faults at once, each with file and line.
"""

import difflib
import re
import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import TemplateNotFound, TemplateSyntaxError, UndefinedError

from mailgate.hours import ReceiptKind
from mailgate.replies.dates import LANGUAGES
from mailgate.replies.lines import BadCommand, HeldMail, TicketNews
from mailgate.replies.sandbox import Shelf, make_environment
from mailgate.replies.templates import (
    FRAMES,
    TEMPLATES,
    TO_AGENTS,
    WITHOUT_TICKET,
    Event,
    Facts,
    known_names,
    shipped_templates,
    template_name,
)

_SUFFIXES = ("txt", "html")
_MOMENT = datetime(2026, 11, 7, 9, 5, tzinfo=UTC)
_NO_NAME = re.compile(r"'([^']+)' is undefined")

SAMPLE = Facts(
    number="123456",
    tag="[#123456]",
    subject="Faktura <nr 7> & załącznik",
    department="DYNAMICS",
    timezone=ZoneInfo("Europe/Warsaw"),
    centre="Centrum Wsparcia Technicznego",
    address="pomoc@example.com",
    received_at=_MOMENT,
    effective_at=datetime(2026, 11, 9, 8, 0, tzinfo=UTC),
    hours="pon.–pt. 09:00–17:00",
    holiday="Narodowe Święto Niepodległości",
    opening=datetime(2026, 11, 9, 8, 0, tzinfo=UTC),
    phone="+48 22 123 45 67",
    author="Ewa Nowak",
    at=datetime(2026, 11, 9, 11, 30, tzinfo=UTC),
    comment="Dzień dobry,\n\nproszę sprawdzić <kabel> & toner.\n  if x < 1:\n    y(x)\nPozdrawiam",
    hold_until=date(2026, 12, 1),
    close_on=date(2026, 11, 20),
    reopen_days=5,
    agent="Ewa Nowak",
    recipient="anna@example.net",
    reason="550 5.1.1 no such mailbox",
    files="plan.pdf, zdjęcie.jpg",
    spool_id="123456",
    news=(
        TicketNews("[#123456]", "Faktura <nr 7>", (("new-ticket", 1), ("customer-reply", 3))),
        TicketNews("[#123457]", "", (("undelivered", 1),)),
    ),
    held=(
        HeldMail(123456, _MOMENT, "flood", "anna@example.net", date(2026, 11, 13)),
        HeldMail(123457, _MOMENT, "no_department", ""),
    ),
    held_more=3,
    bad_commands=(BadCommand("#clsoe", "unknown"), BadCommand("#hold jutro", "no-date")),
)
"""Made-up facts in which nothing is missing."""


def faults(directory: Path | None, languages: tuple[str, ...] = LANGUAGES) -> list[str]:
    """Return every fault of the templates, each as `file:line: what is wrong, what to do`.

    directory: the operator's own templates, or None.
    """
    found: dict[str, None] = {}
    if directory is not None:
        if not directory.is_dir():
            return [f"{directory}: no such directory; make it, or leave the setting out"]
        found.update(dict.fromkeys(_strangers(directory)))
    for language in languages:
        found.update(dict.fromkeys(_language_faults(directory, language)))
    return list(found)


def samples(event: Event) -> Iterator[Facts]:
    """Yield made-up facts in every variation that a template of the event can meet."""
    bare = replace(SAMPLE, phone="", hours="", holiday=None, comment="", close_on=None, agent="")
    for facts in (SAMPLE, replace(SAMPLE, subject=None), bare):
        if event is Event.RECEIVED:
            for kind in ReceiptKind:
                yield replace(facts, receipt_kind=kind)
                yield replace(facts, receipt_kind=kind, as_received=True, called=True)
                yield replace(facts, receipt_kind=kind, effective_day_only=True)
        elif event in TO_AGENTS:
            for warning in ("", "third-party", "failed"):
                yield replace(facts, warning=warning)
            yield replace(facts, files="", author="", by_mail=False)
        elif event is Event.NOT_UNDERSTOOD:
            yield facts
            yield replace(facts, number="")
        elif event is Event.HELD_DIGEST:
            yield facts
            yield replace(facts, held=facts.held[:1], held_more=0)
        elif event is Event.CLOSED:
            for rule in ("always", "within", "never"):
                yield replace(facts, reopens=rule)
        else:
            yield facts


def _strangers(directory: Path) -> Iterator[str]:
    """Yield a fault for each file that no letter would ever use; hidden files are let be."""
    names = {f"{name}.{suffix}" for name in (*TEMPLATES, *FRAMES) for suffix in _SUFFIXES}
    for entry in sorted(directory.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.name not in LANGUAGES or not entry.is_dir():
            yield f"{entry}: not used; templates lie in the directories {' and '.join(LANGUAGES)}"
            continue
        for file in sorted(entry.iterdir()):
            if not file.name.startswith(".") and (file.name not in names or not file.is_file()):
                yield f"{file}: no letter is called that{_did_you_mean(file.name, names)}"


def _language_faults(directory: Path | None, language: str) -> Iterator[str]:
    """Yield the faults of one language's letters."""
    shipped = shipped_templates()
    shelf = Shelf((shipped,) if directory is None else (directory, shipped), language)
    environment = make_environment(language, shelf, finalize=_refuse_none)
    for event in Event:
        for facts in samples(event):
            name, known = template_name(event, facts), known_names(event, language, facts)
            for suffix in _SUFFIXES:
                file = f"{name}.{suffix}"
                place = shelf.path(file)
                if directory is not None and event is Event.RECEIVED:
                    # The other two fill in a block of received; a fault of theirs is its.
                    base = shelf.path(f"{event}.{suffix}")
                    place = base if str(place).startswith(str(shipped)) else place
                try:
                    text = environment.get_template(file).render(known)
                except Exception as fault:  # noqa: BLE001 - a template may raise anything
                    yield _fault(fault, str(place), set(known))
                    continue
                for needed in _needed(event, facts):
                    if needed not in text:
                        yield f"{place}: {name} never says {needed!r}; name it in the text"


def _needed(event: Event, facts: Facts) -> tuple[str, ...]:
    """Return what a letter must say, as far as it looks the same in every language."""
    if event is Event.RECEIVED:
        # The years do: a letter that gives no date of receipt misses the point of it.
        return (facts.number, facts.department, "2026")
    if event in WITHOUT_TICKET or not facts.number:
        # What it is about has the same digits, in another place.
        return (SAMPLE.number,)
    return (facts.number,)


def _fault(fault: Exception, place: str, known: set[str]) -> str:
    """Return a fault as file, line, what is wrong and what to do."""
    match fault:
        case TemplateSyntaxError():
            return f"{fault.filename or place}:{fault.lineno}: {fault.message}"
        case UnicodeDecodeError():
            return f"{place}: not UTF-8 (octet {fault.start}); save the file as UTF-8"
        case TemplateNotFound():
            return f"{place}: there is no template {fault.name!r} to extend or include"
    line = _line(fault)
    what = str(fault)
    undefined = _NO_NAME.search(what) if isinstance(fault, UndefinedError) else None
    if undefined:
        what = f"no such name {undefined[1]!r}{_did_you_mean(undefined[1], known)}"
    elif isinstance(fault, _NothingThereError):
        what = 'prints a value that can be missing; write "{% if name %}…{% endif %}" around it'
    return f"{line or place}: {what}"


def _line(fault: Exception) -> str:
    """Return `file:line` of the innermost template line of an exception, "" if there is none."""
    for frame in reversed(traceback.extract_tb(fault.__traceback__)):
        if frame.filename.endswith(tuple(f".{suffix}" for suffix in _SUFFIXES)):
            return f"{frame.filename}:{frame.lineno}"
    return ""


def _did_you_mean(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known), 1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known are {', '.join(sorted(known))}"


class _NothingThereError(Exception):
    """A template prints a value that is not there."""


def _refuse_none(value: object) -> object:
    if value is None:
        raise _NothingThereError
    return value
