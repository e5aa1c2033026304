"""Business time: when a desk is open, and from when a mail counts as received.

Pure: the moment and the calendar come as arguments. Moments are aware and come back in UTC;
local time exists only in here. An opening that the clock skips in spring is moved to the
first moment that exists; of an hour that happens twice in autumn, the first is meant
(PEP 495, fold=0), for openings and closings alike, so that the order of a day's times is
kept. A day's hours belong to the day on which they start: a holiday cancels the night
shift that would begin on it and leaves the one that began the evening before.
A calendar that never opens is a fault of the configuration and raises ValueError.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import assert_never
from zoneinfo import ZoneInfo

from mailgate.public_holidays import public_holidays
from mailgate.week import Interval, Week, parse_intervals, parse_week
from mailgate.workdays import (
    AfterHours,
    Calendar,
    OwnDay,
    describe_hours,
    describe_week,
    holiday_name,
    hours_of,
)

__all__ = [
    "AfterHours",
    "Calendar",
    "Interval",
    "OwnDay",
    "Receipt",
    "ReceiptKind",
    "Span",
    "Week",
    "add",
    "between",
    "business_day",
    "business_days_after",
    "check",
    "counted",
    "describe_hours",
    "describe_week",
    "holiday_name",
    "hours_of",
    "intervals",
    "is_open",
    "next_opening",
    "parse_intervals",
    "parse_week",
    "receipt",
    "spans",
]

Span = tuple[datetime, datetime]
"""From when to when a desk is open, half-open, aware UTC."""

SEARCHED_DAYS = 400
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


class ReceiptKind(StrEnum):
    """Which of the three letters an arrival calls for."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    HOLIDAY = "holiday"


@dataclass(frozen=True)
class Receipt:
    """When a mail arrived and from when it counts.

    opening: the next moment the desk is open, the arrival itself inside hours.
    day: local date of the arrival. The other moments are aware, UTC.
    """

    received_at: datetime
    effective_at: datetime
    kind: ReceiptKind
    opening: datetime
    day: date


def receipt(at: datetime, calendar: Calendar) -> Receipt:
    """Return how a mail that arrives at a moment counts.

    Inside hours it counts from that moment; outside, as `calendar.after_hours` says. The kind
    is HOLIDAY when a holiday is why nobody is there: the weekly plan has hours on the local
    date, and a public holiday or an own closed day takes them all away. It is so at any time
    of that day, 07:00 and 20:00 too, or the letter would name hours that did not apply. A
    holiday on a Saturday without hours is OUTSIDE: the plan is reason enough, and the letter
    tells it. The last hours of a night shift that began the day before are INSIDE.
    """
    received = _utc(at)
    day = _local_date(received, calendar)
    opening = next_opening(received, calendar)
    if opening == received:
        return Receipt(received, received, ReceiptKind.INSIDE, opening, day)
    match calendar.after_hours:
        case AfterHours.NEXT_OPENING:
            effective = opening
        case AfterHours.NEXT_BUSINESS_DAY:
            effective = next(_business_days(day + _DAY, calendar))[0][0]
        case AfterHours.AS_RECEIVED:
            effective = received
        case never:
            assert_never(never)
    taken_away = bool(calendar.week[day.weekday()]) and not hours_of(day, calendar)
    kind = ReceiptKind.HOLIDAY if taken_away else ReceiptKind.OUTSIDE
    return Receipt(received, effective, kind, opening, day)


def is_open(at: datetime, calendar: Calendar) -> bool:
    """Say whether the desk is open at a moment; a closing time itself is outside."""
    at = _utc(at)
    day = _local_date(at, calendar)
    return any(
        start <= at < end for each in (day - _DAY, day) for start, end in spans(each, calendar)
    )


def next_opening(at: datetime, calendar: Calendar) -> datetime:
    """Return the next moment the desk is open, `at` itself when it is open then.

    Raises ValueError when nothing opens within 400 days.
    """
    at = _utc(at)
    day = _local_date(at, calendar)
    # Yesterday first: its night shift may still be running.
    for days in range(-1, SEARCHED_DAYS):
        for start, end in spans(day + timedelta(days=days), calendar):
            if end > at:
                return max(start, at)
    raise _never_opens(calendar, day)


def intervals(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Span]:
    """Yield when the desk is open between two moments, in order, cut to them.

    Hours that adjoin or overlap come as one, across midnight too.
    """
    start, end = _utc(start), _utc(end)
    day, last = _local_date(start, calendar) - _DAY, _local_date(end, calendar)
    running: Span | None = None
    while day <= last:
        for opens, closes in spans(day, calendar):
            begin, finish = max(opens, start), min(closes, end)
            if begin >= finish:
                continue
            if running is not None and begin <= running[1]:
                running = (running[0], max(finish, running[1]))
                continue
            if running is not None:
                yield running
            running = (begin, finish)
        day += _DAY
    if running is not None:
        yield running


def counted(start: datetime, business: timedelta, calendar: Calendar) -> Iterator[Span]:
    """Yield the stretches of open time that add up to `business`, from a moment on.

    They end where it is used up; one longer than a day may come in pieces that adjoin.
    Raises ValueError for a negative time, and when nothing opens within 400 days while
    some is left.
    """
    if business < timedelta(0):
        raise ValueError(f"business time is not negative: {business}")
    at, left = start, business
    while left:
        at = next_opening(at, calendar)
        # No shift is longer than a day, so two days hold one that is running to its end.
        _, closes = next(intervals(calendar, at, at + 2 * _DAY))
        until = min(closes, at + left)
        yield at, until
        left -= until - at
        at = until


def add(start: datetime, business: timedelta, calendar: Calendar) -> datetime:
    """Return the first moment by which that much business time has passed since `start`.

    So eight hours from 9:00 end at 17:00, not at the next opening, and no time at all ends
    at `start`. Raises ValueError as `counted` does.
    """
    at = _utc(start)
    for _, until in counted(start, business, calendar):
        at = until
    return at


def between(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """Return the business time between two moments; none when `end` is not after `start`."""
    stretches = intervals(calendar, start, end)
    return sum((closes - opens for opens, closes in stretches), timedelta(0))


def business_day(day: date, calendar: Calendar) -> bool:
    """Say whether any hours start on a local date."""
    return bool(spans(day, calendar))


def business_days_after(at: datetime, n: int, calendar: Calendar) -> datetime:
    """Return the end of business on the n-th business day strictly after the date of `at`.

    n: from 1. Raises ValueError for a lesser n, and when nothing opens within 400 days.
    """
    if n < 1:
        raise ValueError(f"business days are counted from 1: {n}")
    days = _business_days(_local_date(_utc(at), calendar) + _DAY, calendar)
    for _ in range(n - 1):
        next(days)
    return max(closes for _, closes in next(days))


def check(calendar: Calendar, today: date) -> list[str]:
    """Return the faults of a calendar, each with what to write instead; [] when it is sound."""
    if len(calendar.week) != 7:
        return [f"a week of {len(calendar.week)} days; give seven, Monday first"]
    try:
        if calendar.country:
            public_holidays(calendar.country, today.year, "en")
        next_opening(datetime.combine(today, time.min, calendar.timezone), calendar)
    except ValueError as fault:
        return [str(fault)]
    return []


def spans(day: date, calendar: Calendar) -> tuple[Span, ...]:
    """Return the hours that start on a local date as moments, in order of their start."""
    return _on_the_clock(day, hours_of(day, calendar), calendar.timezone)


@lru_cache(maxsize=4096)
def _on_the_clock(day: date, hours: tuple[Interval, ...], timezone: ZoneInfo) -> tuple[Span, ...]:
    moments = (
        (_moment(day, each.start, timezone), _moment(day, each.end, timezone))
        for each in sorted(hours)
    )
    # Hours that lie wholly within what the clock skips do not happen.
    return tuple((start, end) for start, end in moments if start < end)


def _moment(day: date, minutes: int, timezone: ZoneInfo) -> datetime:
    wall = datetime.combine(day, time.min, timezone) + timedelta(minutes=minutes)
    after = wall.astimezone(UTC)
    before = wall.replace(fold=1).astimezone(UTC)
    if after <= before:
        return after
    # The clock skips this time: fold=1 gives a moment before the jump and fold=0 one after
    # (PEP 495). The jump itself, a whole second, is searched between the two.
    offset = before.astimezone(timezone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(timezone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def _business_days(first: date, calendar: Calendar) -> Iterator[tuple[Span, ...]]:
    since = day = first
    while (day - since).days < SEARCHED_DAYS:
        found = spans(day, calendar)
        day += _DAY
        if found:
            yield found
            since = day
    raise _never_opens(calendar, since)


def _utc(at: datetime) -> datetime:
    # Moments of one zone compare by their wall clocks, which lie in the hour that happens
    # twice; so everything is UTC from the first line on.
    if at.tzinfo is None:
        raise ValueError(f"a moment without time zone: {at.isoformat()}")
    return at.astimezone(UTC)


def _local_date(at: datetime, calendar: Calendar) -> date:
    return at.astimezone(calendar.timezone).date()


def _never_opens(calendar: Calendar, since: date) -> ValueError:
    return ValueError(
        f'calendar "{calendar.name}" opens on none of the {SEARCHED_DAYS} days from {since}; '
        'give it hours, for example mon-fri = "09:00-17:00"'
    )
