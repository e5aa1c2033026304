"""An invitation in words: what, when by the clock of the department, where, who.

Promises plain text in the ticket's language for any invitation; a zone that nobody knows is
named beside its time, not guessed.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mailgate.message.message import Invitation, Moment
from mailgate.replies.dates import day_text, moment_text

_WORDS = {
    "pl": {
        "request": "Zaproszenie na spotkanie", "cancel": "Odwołane spotkanie",
        "reply": "Odpowiedź na zaproszenie", "counter": "Propozycja innego terminu",
        "other": "Wydarzenie w kalendarzu", "when": "Kiedy", "where": "Gdzie",
        "from": "Zaprasza", "to": "Zaproszeni", "online": "Połączenie", "repeats": "Powtarza się",
        "more": "i {} więcej", "local": "czasu miejscowego", "zone": "strefa „{}”",
        "untitled": "(bez tytułu)", "accepted": "przyjęte", "declined": "odrzucone",
        "tentative": "przyjęte wstępnie", "answer": "Odpowiedź",
        "daily": "co {} dni", "weekly": "co {} tyg.", "monthly": "co {} mies.",
        "yearly": "co {} lat", "1 daily": "codziennie", "1 weekly": "co tydzień",
        "1 monthly": "co miesiąc", "1 yearly": "co rok",
    },
    "en": {
        "request": "Invitation to a meeting", "cancel": "Cancelled meeting",
        "reply": "Answer to an invitation", "counter": "Another time is proposed",
        "other": "Event in a calendar", "when": "When", "where": "Where",
        "from": "Organiser", "to": "Invited", "online": "Online", "repeats": "Repeats",
        "more": "and {} more", "local": "local time", "zone": "time zone “{}”",
        "untitled": "(no title)", "accepted": "accepted", "declined": "declined",
        "tentative": "accepted tentatively", "answer": "Answer",
        "daily": "every {} days", "weekly": "every {} weeks", "monthly": "every {} months",
        "yearly": "every {} years", "1 daily": "daily", "1 weekly": "weekly",
        "1 monthly": "monthly", "1 yearly": "yearly",
    },
}  # fmt: skip


def with_meetings(
    text: str, invitations: Sequence[Invitation], zone: ZoneInfo, language: str
) -> str:
    """Return a text with the invitations that came with it, in words, behind it."""
    told = ["\n".join(_lines(each, zone, language)) for each in invitations]
    return "\n\n".join(part for part in (text, *told) if part.strip())


def _lines(told: Invitation, zone: ZoneInfo, language: str) -> Iterator[str]:
    word = _WORDS[language]
    yield f"{word.get(told.method, word['other'])}: {told.summary or word['untitled']}"
    answer = word.get(told.answer, told.answer)
    people = ", ".join(told.attendees)
    if told.others:
        people = f"{people} {word['more'].format(told.others)}"
    facts = (
        ("answer", answer),
        ("when", _when(told, zone, language)),
        ("repeats", _repeats(told.repeats, language)),
        ("where", told.location),
        ("online", told.online if told.online not in told.location else ""),
        ("from", told.organizer),
        ("to", people),
    )
    yield from (f"{word[name]}: {value}" for name, value in facts if value)


def _when(told: Invitation, zone: ZoneInfo, language: str) -> str:
    start, end = told.start, told.end
    if start is None:
        return ""
    if start.all_day:
        return _days(start.local, end.local if end else None, zone, language)
    clock = _clock_of(start, language)
    first, begun = _bare(start, zone, language), _aware(start, zone).astimezone(zone)
    if end is None or end.all_day or end.local <= start.local:
        return f"{first}{clock}"
    last, ended = _bare(end, zone, language), _aware(end, zone).astimezone(zone)
    if begun.date() == ended.date() and clock == _clock_of(end, language):
        return f"{first}–{ended:%H:%M}{clock}"
    return f"{first}{clock} – {last}{_clock_of(end, language)}"


def _days(first: datetime, end: datetime | None, zone: ZoneInfo, language: str) -> str:
    # The end of a date is the day after the last one (RFC 5545 §3.6.1).
    last = end.date() - timedelta(days=1) if end and end > first else first.date()
    begun = day_text(first.date(), zone, language)
    return begun if last <= first.date() else f"{begun} – {day_text(last, zone, language)}"


def _clock_of(at: Moment, language: str) -> str:
    """Return by which clock a time is meant, "" for that of the department."""
    word = _WORDS[language]
    if at.unknown_zone:
        return f" ({word['zone'].format(at.unknown_zone)})"
    return "" if at.zone else f" {word['local']}"


def _bare(at: Moment, zone: ZoneInfo, language: str) -> str:
    return moment_text(_aware(at, zone), zone, language)


def _aware(at: Moment, zone: ZoneInfo) -> datetime:
    """Return a moment with its zone; what has none is taken by the reader's clock."""
    if at.zone == "UTC":
        return at.local.replace(tzinfo=UTC)
    try:
        return at.local.replace(tzinfo=ZoneInfo(at.zone) if at.zone else zone)
    except (ZoneInfoNotFoundError, ValueError):
        return at.local.replace(tzinfo=zone)


def _repeats(rule: str, language: str) -> str:
    if not rule:
        return ""
    count, _, often = rule.rpartition(" ")
    word = _WORDS[language]
    return word[often].format(count) if count else word[f"1 {often}"]
