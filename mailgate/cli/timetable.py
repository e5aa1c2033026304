"""What `mailgate calendar` tells: a JSON object for scripts, and lines of it for people.

Pure: a calendar and a moment in, an object or lines out. Times are ISO 8601 with the offset
of the calendar's zone.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from mailgate import hours
from mailgate.hours import AfterHours, Calendar, Receipt, Span

Told = dict[str, Any]
"""An object as --json prints it."""

_DAY = timedelta(days=1)


def weeks_ahead(calendar: Calendar, at: datetime, weeks: int) -> Told:
    """Return the hours of `weeks` weeks from the local date of `at` on, as a JSON object."""
    first = at.astimezone(calendar.timezone).date()
    days = [_day(first + n * _DAY, calendar) for n in range(7 * weeks)]
    return _head(calendar) | {"days": days}


def now_and_next(calendar: Calendar, at: datetime) -> Told:
    """Return whether it is open at a moment, what comes next and how a mail counts."""
    found = hours.receipt(at, calendar)
    return _head(calendar) | _receipt(found, calendar)


def explanation(calendar: Calendar, at: datetime, target: timedelta | None) -> Told:
    """Return each day looked at for the effective date, and each interval of the target."""
    found = hours.receipt(at, calendar)
    days = [
        _day(day, calendar) | {"why": why(day, found, calendar)}
        for day in _days_of(found, calendar)
    ]
    told = _head(calendar) | _receipt(found, calendar) | {"days": days, "target": None}
    if target is not None:
        counted = list(hours.counted(found.effective_at, target, calendar))
        told["target"] = {
            "seconds": int(target.total_seconds()),
            "counted": [_interval(span, calendar) for span in counted],
            "due_at": _local(hours.add(found.effective_at, target, calendar), calendar),
        }
    return told


def why(day: date, found: Receipt, calendar: Calendar) -> str:
    """Return what a day had to do with the date from which a mail counts."""
    spans = hours.spans(day, calendar)
    if not spans:
        return hours.holiday_name(day, calendar, "en") or "no hours on this day of the week"
    if _within(found.received_at, spans):
        return "open when the mail arrives: it counts from then"
    if _within(found.effective_at, spans):
        return "the mail counts from this opening"
    if calendar.after_hours is AfterHours.AS_RECEIVED and _within(found.opening, spans):
        return "the desk opens, the mail counts from its arrival (as-received)"
    if _within(found.opening, spans):
        return "the date of the mail: only a later one counts (next-business-day)"
    return "over when the mail arrives"


def write_weeks(told: Told) -> Iterator[str]:
    """Yield the lines of `weeks_ahead` for people, a blank one before each Monday."""
    yield _title(told)
    width = _width(told["days"])
    for day in told["days"]:
        if day["weekday"] == "Mon":
            yield ""
        yield _day_line(day, width, day["holiday"] or "")


def write_next(told: Told) -> Iterator[str]:
    """Yield the lines of `now_and_next` for people."""
    yield _title(told)
    yield f"at            {_spoken(told['received_at'])}: {'open' if told['open'] else 'closed'}"
    yield f"next opening  {_spoken(told['next_opening'])}"
    yield f"mail counts   {_spoken(told['effective_received_at'])}  {_reason(told)}"


def write_explanation(told: Told) -> Iterator[str]:
    """Yield the lines of `explanation` for people."""
    yield _title(told)
    yield f"arrives  {_spoken(told['received_at'])}  {_reason(told)}"
    width = _width(told["days"])
    for day in told["days"]:
        named = f" ({day['holiday']})" if day["holiday"] and day["intervals"] else ""
        yield "  " + _day_line(day, width, day["why"] + named)
    yield f"counts   {_spoken(told['effective_received_at'])}"
    if told["target"] is not None:
        target = told["target"]
        yield f"target   {_length(target['seconds'])} of business time"
        for counted in target["counted"]:
            start = datetime.fromisoformat(counted["start"])
            yield f"  {start:%a %Y-%m-%d}  {_clocks(counted)} ({_length(counted['seconds'])})"
        yield f"due      {_spoken(target['due_at'])}"


def _head(calendar: Calendar) -> Told:
    return {
        "calendar": calendar.name,
        "timezone": str(calendar.timezone),
        "holidays": calendar.country,
        "hours": hours.describe_week(calendar, "en"),
        "after_hours": calendar.after_hours.value,
    }


def _receipt(found: Receipt, calendar: Calendar) -> Told:
    return {
        "received_at": _local(found.received_at, calendar),
        "open": found.kind is hours.ReceiptKind.INSIDE,
        "kind": found.kind.value,
        "holiday": hours.holiday_name(found.day, calendar, "en"),
        "next_opening": _local(found.opening, calendar),
        "effective_received_at": _local(found.effective_at, calendar),
    }


def _days_of(found: Receipt, calendar: Calendar) -> Iterator[date]:
    eve = found.day - _DAY
    if _within(found.received_at, hours.spans(eve, calendar)):
        # Its night shift is still running, and settles it.
        yield eve
        return
    day = found.day
    until = max(found.effective_at, found.opening).astimezone(calendar.timezone).date()
    while day <= until:
        yield day
        day += _DAY


def _day(day: date, calendar: Calendar) -> Told:
    return {
        "date": day.isoformat(),
        "weekday": f"{day:%a}",
        "holiday": hours.holiday_name(day, calendar, "en"),
        "intervals": [_interval(span, calendar) for span in hours.spans(day, calendar)],
    }


def _interval(span: Span, calendar: Calendar) -> Told:
    start, end = span
    return {
        "start": _local(start, calendar),
        "end": _local(end, calendar),
        "seconds": int((end - start).total_seconds()),
    }


def _within(at: datetime, spans: tuple[Span, ...]) -> bool:
    return any(start <= at < end for start, end in spans)


def _local(at: datetime, calendar: Calendar) -> str:
    return at.astimezone(calendar.timezone).isoformat(timespec="seconds")


def _title(told: Told) -> str:
    holidays = f"holidays {told['holidays']}, " if told["holidays"] else ""
    kept = f"{told['timezone']}, {holidays}{told['after_hours']}"
    return f"{told['calendar']}: {told['hours']} ({kept})"


def _reason(told: Told) -> str:
    if told["kind"] == hours.ReceiptKind.HOLIDAY:
        return f"(on a holiday: {told['holiday']})"
    return f"({told['kind']} hours)"


def _day_line(day: Told, width: int, remark: str) -> str:
    return f"{day['weekday']} {day['date']}  {_hours(day):<{width}}  {remark}".rstrip()


def _width(days: list[Told]) -> int:
    return max(len(_hours(day)) for day in days)


def _hours(day: Told) -> str:
    if not day["intervals"]:
        return "closed"
    clocks = ", ".join(_clocks(each) for each in day["intervals"])
    return f"{clocks} ({_length(sum(each['seconds'] for each in day['intervals']))})"


def _clocks(interval: Told) -> str:
    start, end = (datetime.fromisoformat(interval[key]) for key in ("start", "end"))
    midnight = not (end.hour or end.minute or end.second)
    return f"{start:%H:%M}–{'24:00' if midnight else f'{end:%H:%M}'}"


def _length(seconds: int) -> str:
    hour, minute = divmod(seconds // 60, 60)
    if hour and minute:
        return f"{hour} h {minute} min"
    return f"{minute} min" if minute else f"{hour} h"


def _spoken(at: str) -> str:
    return f"{datetime.fromisoformat(at):%a} {at}"
