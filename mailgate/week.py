"""The weekly plan of a desk: written in the configuration, read here, described in letters.

Minutes count from local midnight and know nothing of time zones; hours.py puts them on
real days. A fault in the text is a ValueError that says what to write instead.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

MINUTES_A_DAY = 24 * 60
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = "24/7"

_DAY_NAMES = {
    "pl": ("pon.", "wt.", "śr.", "czw.", "pt.", "sob.", "niedz."),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_DAILY = {"pl": "codziennie", "en": "daily"}
_ROUND_THE_CLOCK = {"pl": "całodobowo", "en": "24/7"}
_INTERVAL = re.compile(r"(\d{1,2}):(\d\d)\s*[-–]\s*(\d{1,2}):(\d\d)", re.ASCII)
_EXAMPLE = 'write for example "09:00-17:00"'


@dataclass(frozen=True, order=True)
class Interval:
    """Opening hours within a day, half-open, in minutes after local midnight.

    An end beyond 1440 is on the next day; the interval belongs to the day on which it starts.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not (0 <= self.start < MINUTES_A_DAY and 0 < self.end - self.start <= MINUTES_A_DAY):
            raise ValueError(
                f"interval of minutes {self.start} to {self.end}: it starts on its day "
                f"(0 to 1439), ends later, and lasts at most 1440 minutes"
            )


Week = tuple[tuple[Interval, ...], ...]


def parse_week(hours: Mapping[str, str] | str) -> Week:
    """Return the intervals of the seven days, Monday first, as the configuration gives them.

    hours: intervals by days, {"mon-fri": "09:00-17:00", "sat": "10:00-14:00"}, or "24/7".
    Days left out are closed. Raises ValueError with one line per fault.
    """
    # The configuration is read from a file, where a value can be of any type.
    if not isinstance(hours, Mapping):
        hours = _by_days(hours)
    faults: list[str] = []
    week: dict[int, tuple[Interval, ...]] = {}
    given_by: dict[int, str] = {}
    for key, text in hours.items():
        try:
            days, intervals = _parse_days(key), parse_intervals(text)
        except ValueError as fault:
            faults.append(str(fault))
            continue
        for day in days:
            if day in given_by:
                faults.append(
                    f'{DAYS[day]} is given twice, by "{given_by[day]}" and by "{key}"; '
                    "write each day once, its intervals separated by commas"
                )
            given_by[day] = key
            week[day] = intervals
    plan = tuple(week.get(day, ()) for day in range(7))
    faults = faults or list(_overlaps_at_midnight(plan))
    if not faults and not any(plan):
        faults.append('no hours at all; write for example mon-fri = "09:00-17:00"')
    if faults:
        raise ValueError("\n".join(faults))
    return plan


def parse_intervals(text: str) -> tuple[Interval, ...]:
    """Return the intervals of a day, in order, from "09:00-12:00, 13:00-17:00" or "closed".

    An end at or before its start is on the next day ("22:00-06:00"); the end of a day is 24:00.
    Raises ValueError naming the fault and what to write instead.
    """
    if not isinstance(text, str):
        raise ValueError(f'{text!r}: not hours in quotes; {_EXAMPLE}, or "closed"')
    if text.strip().lower() == "closed":
        return ()
    intervals = tuple(sorted(_parse_interval(part.strip()) for part in text.split(",")))
    for earlier, later in pairwise(intervals):
        if later.start < earlier.end:
            raise ValueError(
                f'"{text}": {_plain(earlier)} and {_plain(later)} overlap; '
                "write them as one interval or make the first end earlier"
            )
    return intervals


def describe(week: Week, language: str) -> str:
    """Return a plan in words for letters: "pon.–pt. 9:00–17:00", "24/7".

    language: "pl", anything else is English. Days with the same hours stand together.
    """
    language = language if language in _DAY_NAMES else "en"
    if sum(interval.end - interval.start for day in week for interval in day) >= 7 * MINUTES_A_DAY:
        return _ROUND_THE_CLOCK[language]
    days_by_hours: dict[tuple[Interval, ...], list[int]] = {}
    for day, intervals in enumerate(week):
        if intervals:
            days_by_hours.setdefault(intervals, []).append(day)
    return "; ".join(
        f"{_describe_days(days, language)} {describe_intervals(intervals)}"
        for intervals, days in days_by_hours.items()
    )


def describe_intervals(intervals: tuple[Interval, ...]) -> str:
    """Return the intervals of a day for letters: "9:00–12:00, 13:00–17:00"."""
    return ", ".join(f"{_clock(each.start)}–{_clock(each.end)}" for each in intervals)


def _by_days(text: str) -> Mapping[str, str]:
    if text != ALWAYS:
        raise ValueError(
            f'{text!r}: no such hours; write for example {{ mon-fri = "09:00-17:00" }} or "24/7"'
        )
    return {"daily": "00:00-24:00"}


def _parse_days(key: str) -> tuple[int, ...]:
    days: list[int] = []
    for part in key.strip().lower().split(","):
        first, dash, last = (name.strip() for name in part.partition("-"))
        if first == "daily" and not dash:
            days.extend(range(7))
            continue
        last = last if dash else first
        if first not in DAYS or last not in DAYS:
            raise ValueError(
                f'"{key}": no such day; write {", ".join(DAYS)}, '
                'a range such as "mon-fri", or "daily"'
            )
        start = DAYS.index(first)
        length = (DAYS.index(last) - start) % 7 + 1
        days.extend((start + step) % 7 for step in range(length))
    return tuple(days)


def _parse_interval(text: str) -> Interval:
    match = _INTERVAL.fullmatch(text)
    if match is None:
        raise ValueError(f'"{text}": no such time; {_EXAMPLE}')
    hour, minute, end_hour, end_minute = (int(number) for number in match.groups())
    start, end = hour * 60 + minute, end_hour * 60 + end_minute
    if minute > 59 or end_minute > 59 or start >= MINUTES_A_DAY or end > MINUTES_A_DAY:
        raise ValueError(f'"{text}": no such time; {_EXAMPLE}')
    if start == end:
        raise ValueError(
            f'"{text}": begins and ends at the same time; '
            'write "00:00-24:00" for the whole day, "closed" for none of it'
        )
    return Interval(start, end if end > start else end + MINUTES_A_DAY)


def _overlaps_at_midnight(week: Week) -> Iterator[str]:
    for day, intervals in enumerate(week):
        tomorrow = week[(day + 1) % 7]
        if not intervals or not tomorrow:
            continue
        if intervals[-1].end - MINUTES_A_DAY > tomorrow[0].start:
            yield (
                f"{_plain(intervals[-1])} of {DAYS[day]} overlaps {_plain(tomorrow[0])} "
                f"of {DAYS[(day + 1) % 7]}; make the first end earlier"
            )


def _describe_days(days: list[int], language: str) -> str:
    if len(days) == 7:
        return _DAILY[language]
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    names = _DAY_NAMES[language]
    return ", ".join(
        names[run[0]] if len(run) == 1 else f"{names[run[0]]}–{names[run[-1]]}" for run in runs
    )


def _plain(interval: Interval) -> str:
    return f"{_clock(interval.start):0>5}-{_clock(interval.end):0>5}"


def _clock(minutes: int) -> str:
    if minutes > MINUTES_A_DAY:
        minutes -= MINUTES_A_DAY
    return f"{minutes // 60}:{minutes % 60:02}"
