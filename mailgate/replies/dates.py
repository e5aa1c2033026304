"""Dates, times and plurals in the words of a language, for letters.

Promises the local time of the desk, right across both changes of the clock; an hour that
happens twice in autumn carries the abbreviation of its zone, so that nobody has to guess.
"""

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

LANGUAGES = ("pl", "en")

_MONTHS = {
    "pl": (
        *("stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca"),
        *("lipca", "sierpnia", "września", "października", "listopada", "grudnia"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}


def day_text(day: date, zone: ZoneInfo, language: str) -> str:
    """Return a date in words: "3 listopada 2026 r.", "3 November 2026".

    day: a date, or an aware moment, of which the date in the zone is meant.
    """
    local = day.astimezone(zone) if isinstance(day, datetime) else day
    text = f"{local.day} {_MONTHS[language][local.month - 1]} {local.year}"
    return f"{text} r." if language == "pl" else text


def moment_text(at: datetime, zone: ZoneInfo, language: str) -> str:
    """Return a moment in words: "3 listopada 2026 r., godz. 18:05", "3 November 2026, 18:05".

    at: aware.
    """
    local = at.astimezone(zone)
    hour = f"godz. {local:%H:%M}" if language == "pl" else f"{local:%H:%M}"
    text = f"{day_text(local.date(), zone, language)}, {hour}"
    if local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset():
        text = f"{text} {local.tzname()}"
    return text


def polish_plural(count: int, one: str, few: str, many: str) -> str:
    """Return the form that goes with a count: 1 dzień, 2 dni, 5 dni, 22 dni, 112 dni."""
    if count == 1:
        return one
    return few if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14) else many


def english_plural(count: int, one: str, many: str) -> str:
    """Return the form that goes with a count: 1 day, 2 days."""
    return one if count == 1 else many


PLURALS: dict[str, Callable[..., str]] = {"pl": polish_plural, "en": english_plural}
