"""What a date is to a desk: its hours, and the holiday or own day that changes them.

An own day wins over a public holiday, a public holiday over the weekly plan. Everything
here is about dates; hours.py is about moments.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from mailgate.public_holidays import public_holidays
from mailgate.week import Interval, Week, describe, describe_intervals

_NAMELESS = {"pl": "dzień wolny od pracy", "en": "day off"}


class AfterHours(StrEnum):
    """From when a mail that arrives outside hours counts as received."""

    NEXT_OPENING = "next-opening"
    NEXT_BUSINESS_DAY = "next-business-day"
    AS_RECEIVED = "as-received"


@dataclass(frozen=True)
class OwnDay:
    """A date with hours of its own; none means closed. Customers may read the name."""

    name: str
    intervals: tuple[Interval, ...] = ()


@dataclass(frozen=True)
class Calendar:
    """The hours of a desk as configured.

    week: the intervals of seven days, Monday first.  country: whose public holidays are kept,
    such as "PL".  own_days win over holidays and week; not to be changed once handed over.
    """

    name: str
    timezone: ZoneInfo
    week: Week
    country: str | None = None
    own_days: Mapping[date, OwnDay] = field(default_factory=dict, hash=False)
    after_hours: AfterHours = AfterHours.NEXT_OPENING


def hours_of(day: date, calendar: Calendar) -> tuple[Interval, ...]:
    """Return the hours that start on a date, in order; none when the desk is closed."""
    own = calendar.own_days.get(day)
    if own is not None:
        return own.intervals
    planned = calendar.week[day.weekday()]
    if planned and calendar.country and day in public_holidays(calendar.country, day.year, "en"):
        return ()
    return planned


def holiday_name(day: date, calendar: Calendar, language: str) -> str | None:
    """Return what makes a date a special one, in words for customers, or None; never "".

    An own day's name goes first, whatever the language; then the public holiday's in "pl" or
    "en"; an own closed day without a name is simply a day off.
    """
    own = calendar.own_days.get(day)
    if own is not None and own.name.strip():
        return own.name.strip()
    if calendar.country:
        name = public_holidays(calendar.country, day.year, language).get(day)
        if name:
            return name
    if own is not None and not own.intervals:
        return _NAMELESS.get(language, _NAMELESS["en"])
    return None


def describe_week(calendar: Calendar, language: str) -> str:
    """Return the weekly plan in words for letters: "pon.–pt. 9:00–17:00", "24/7"."""
    return describe(calendar.week, language)


def describe_hours(day: date, calendar: Calendar, language: str) -> str:
    """Return the hours to name in a letter about a date, in words.

    The weekly plan, but for a date with hours of its own those, after its name:
    "Wigilia: 9:00–12:00".
    """
    own = calendar.own_days.get(day)
    if own is None or not own.intervals:
        return describe_week(calendar, language)
    hours = describe_intervals(own.intervals)
    return f"{own.name.strip()}: {hours}" if own.name.strip() else hours
