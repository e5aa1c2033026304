"""[calendar.NAME]: the hours of a desk, its holidays and its own dates."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from mailgate import hours
from mailgate.config import values
from mailgate.config.reader import Table, Unfit
from mailgate.config.wording import close_to, kind, show
from mailgate.public_holidays import public_holidays

_NINE_TO_FIVE = hours.parse_week({"mon-fri": "09:00-17:00"})
STAND_IN = hours.Calendar(name="stand-in", timezone=ZoneInfo("UTC"), week=_NINE_TO_FIVE)
"""A sound calendar for where the file names none, so that reading can go on."""

_HOURS = 'write hours = { mon-fri = "09:00-17:00" } or "24/7"'


def read_calendars(top: Table, today: date) -> Mapping[str, hours.Calendar]:
    """Return the calendars by name, with a fault for each that never opens from today on."""
    section = top.table("calendar")
    return {name: _calendar(name, table, today) for name, table in section.named()}


def _calendar(name: str, table: Table, today: date) -> hours.Calendar:
    before = len(table.sheet.faults)
    after_hours = table.take(
        "after_hours", values.choice(*hours.AfterHours), hours.AfterHours.NEXT_OPENING.value
    )
    calendar = hours.Calendar(
        name=name,
        timezone=table.need(
            "timezone", zone, STAND_IN.timezone, 'write timezone = "Europe/Warsaw"'
        ),
        week=_week(table),
        country=table.take("holidays", country, None),
        own_days=_own_days(table.table("days")),
        after_hours=hours.AfterHours(after_hours),
    )
    table.close()
    if len(table.sheet.faults) == before:
        _check(table, calendar, today)
    return calendar


def zone(value: object) -> ZoneInfo:
    """Return a time zone of the IANA database."""
    said = values.text(value)
    try:
        return ZoneInfo(said)
    except (ValueError, OSError, LookupError):
        meant = close_to(said, sorted(available_timezones()))
        instead = f"did you mean {show(meant)}?" if meant else 'write "Europe/Warsaw", for example'
        raise Unfit(f"{show(said)} is no time zone", instead) from None


def country(value: object) -> str | None:
    """Return the code of a country whose holidays are known, None for "none"."""
    said = values.text(value)
    if said == "none":
        return None
    try:
        public_holidays(said, 2026, "en")
    except ValueError as error:
        raise Unfit(*halves(str(error))) from None
    return said


def _week(table: Table) -> hours.Week:
    """Return the weekly plan; each day is read by itself first, so that a fault has its line."""
    if not table.has("hours"):
        return table.need("hours", _as_it_is, _NINE_TO_FIVE, _HOURS)
    plan = table.take("hours", _as_it_is, None)
    if not isinstance(plan, dict | str):
        table.fault("hours", f"is {show(plan)}, {kind(plan)}", _HOURS)
        return _NINE_TO_FIVE
    if not str(plan).isprintable() or "\\" in str(plan):
        table.fault("hours", "holds a line break, a control character or a backslash", _HOURS)
        return _NINE_TO_FIVE
    reported = _faults_of_days(table.table("hours")) if isinstance(plan, dict) else set()
    try:
        return hours.parse_week(plan)
    except ValueError as error:
        for line in str(error).splitlines():
            if line not in reported:
                table.fault("hours", *halves(line))
        return _NINE_TO_FIVE


def _faults_of_days(plan: Table) -> set[str]:
    """Note the days whose hours cannot be read, each at its line; return what was said."""
    said = set()
    for day, text in plan.pairs():
        try:
            hours.parse_intervals(text)
        except ValueError as error:
            said.add(str(error))
            plan.fault(day, *halves(str(error)))
    return said


def _own_days(days: Table) -> Mapping[date, hours.OwnDay]:
    """Return the own dates: hours or "closed", or both hours and a name."""
    found = {}
    for written, value in days.pairs():
        try:
            day = date.fromisoformat(written)
        except ValueError:
            days.fault(written, "is no date", 'write "2026-12-31" = "09:00-12:00"')
            continue
        name = ""
        said: Any = value
        if isinstance(value, dict):
            detail = days.table(written)
            name = detail.take("name", values.text, "")
            said = detail.need("hours", _as_it_is, "closed", 'write hours = "closed"')
            detail.close()
        try:
            found[day] = hours.OwnDay(name, hours.parse_intervals(said))
        except ValueError as error:
            days.fault(written, *halves(str(error)))
    return found


def _check(table: Table, calendar: hours.Calendar, today: date) -> None:
    """Note what is wrong with the calendar as a whole; an own day may do without a name here."""
    named = {day: replace(own, name="own day") for day, own in calendar.own_days.items()}
    for said in hours.check(replace(calendar, own_days=named), today):
        table.fault("hours", *halves(said))


def _as_it_is(value: Any) -> Any:
    return value


def halves(said: str) -> tuple[str, str]:
    """Return what is wrong and what to write of a message with both, divided by a semicolon."""
    wrong, _, instead = said.partition("; ")
    return wrong, instead
