"""Invitations to meetings (iCalendar, RFC 5545 and RFC 5546): who, what, when, where.

Promises what it can read of any octets: 3 calendars of a mail, 256 KB of each, the first event,
20 of those invited. Linear. An own reader of the dozen properties that a person asks about: the
library (icalendar 7.3) raises on damage, brings three packages, and is not there for the worker.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from mailgate.message import charset, timezones
from mailgate.message.message import Invitation, Moment
from mailgate.message.structure import Part, Tree

MAX_CALENDARS = 3
MAX_OCTETS = 256 * 1024
MAX_ATTENDEES = 20

_TYPES = frozenset({"text/calendar", "application/ics", "text/x-vcalendar"})
_MAX_LINES = 5_000
_MAX_TEXT = 300
_FOLD = re.compile(r"\n[ \t]")
_LINE = re.compile(
    r"([A-Za-z0-9-]{1,60})((?:;[^:;\"]{0,300}+(?:\"[^\"]{0,300}\"[^:;\"]{0,50}+)?){0,20}+):(.*)"
)
_PARAMETER = re.compile(r";([A-Za-z-]{1,40})=(?:\"([^\"]*)\"|([^;]*))")
_ESCAPE = re.compile(r"\\(.)")
_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?")
_DURATION = re.compile(r"P(?:(\d{1,3})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,4})M)?)?")
_ONLINE = re.compile(
    r"https://(?:[a-z0-9.-]{1,60}\.)?"
    r"(?:teams\.microsoft\.com|teams\.live\.com|meet\.google\.com|zoom\.us|webex\.com|meet\.jit\.si|whereby\.com)"
    r"/[^\s<>\"\\,;]{1,500}",
    re.IGNORECASE,
)
_LINKS = ("X-MICROSOFT-SKYPETEAMSMEETINGURL", "X-GOOGLE-CONFERENCE", "CONFERENCE")
_METHODS = frozenset({"request", "cancel", "reply", "publish", "counter", "refresh", "add"})

_Property = tuple[dict[str, str], str]


def invitations_of(tree: Tree) -> tuple[Invitation, ...]:
    """Return the invitations in the parts of a mail, each meeting once."""
    found: dict[Invitation, None] = {}
    calendars = (part for part in tree.parts if _is_calendar(part))
    for _, part in zip(range(MAX_CALENDARS), calendars, strict=False):
        read = of(part.octets(tree.raw), part.charset, part.parameters.get("method", ""))
        if read is not None:
            found[read] = None
    return tuple(found)


def of(octets: bytes, label: str = "", method: str = "") -> Invitation | None:
    """Return the meeting in a calendar, None where there is none.

    label, method: as the part's Content-Type names them.
    """
    text = charset.plain(charset.decode(octets[:MAX_OCTETS], label)[0])
    if "BEGIN:VEVENT" not in text.upper():
        return None
    calendar, event, zones = _read(_FOLD.sub("", text))
    said = (_one(calendar, "METHOD") or method).strip().lower()
    start = _moment(event.get("DTSTART"), zones)
    attendees = tuple(_person(each) for each in event.get("ATTENDEE", ()))
    answers = [given.get("PARTSTAT", "").lower() for given, _ in event.get("ATTENDEE", ())]
    return Invitation(
        method=said if said in _METHODS else "publish",
        summary=_one(event, "SUMMARY"),
        organizer=next(map(_person, event.get("ORGANIZER", ())), ""),
        attendees=attendees[:MAX_ATTENDEES],
        others=max(len(attendees) - MAX_ATTENDEES, 0),
        start=start,
        end=_moment(event.get("DTEND"), zones) or _after(start, _one(event, "DURATION")),
        location=_one(event, "LOCATION"),
        repeats=_repetition(_one(event, "RRULE")),
        online=_link(event),
        answer=answers[0][:40] if answers and said == "reply" else "",
    )


def _is_calendar(part: Part) -> bool:
    if part.children:
        return False
    name = part.parameters.get("name", "").lower()
    return part.type in _TYPES or (
        part.type == "application/octet-stream" and name.endswith(".ics")
    )


def _read(
    text: str,
) -> tuple[dict[str, list[_Property]], dict[str, list[_Property]], dict[str, str]]:
    """Return what the calendar says, what its first event says, and the zones it describes."""
    calendar: dict[str, list[_Property]] = {}
    event: dict[str, list[_Property]] = {}
    zones: dict[str, str] = {}
    within: list[str] = []
    events, zone = 0, ""
    for name, given, value in _lines(text):
        if name == "BEGIN":
            within.append(value.strip().upper()[:40])
            events += within[-1] == "VEVENT"
        elif name == "END":
            del within[-1:]
        elif within == ["VCALENDAR", "VEVENT"] and events == 1:
            event.setdefault(name, []).append((given, value))
        elif within == ["VCALENDAR"]:
            calendar.setdefault(name, []).append((given, value))
        elif within == ["VCALENDAR", "VTIMEZONE"]:
            zone = value if name == "TZID" else zone
            if name == "X-LIC-LOCATION":
                zones[zone.strip()] = timezones.iana(value)
    return calendar, event, zones


def _lines(text: str) -> Iterator[tuple[str, dict[str, str], str]]:
    for line in text.split("\n", _MAX_LINES)[:_MAX_LINES]:
        match = _LINE.match(line)
        if match is not None:
            given = {
                name.upper(): (quoted or bare).strip()
                for name, quoted, bare in _PARAMETER.findall(match[2])
            }
            yield match[1].upper(), given, match[3]


def _one(properties: dict[str, list[_Property]], name: str) -> str:
    """Return the first value of a property as text on one line."""
    return _text(properties[name][0][1]) if name in properties else ""


def _text(value: str) -> str:
    unescaped = _ESCAPE.sub(lambda match: " " if match[1] in "nN" else match[1], value[:5_000])
    return " ".join(charset.one_line(unescaped).split())[:_MAX_TEXT]


def _person(told: _Property) -> str:
    """Return a person as `Name <address>`, or as much of it as is known."""
    name = _text(told[0].get("CN", ""))
    address = _text(told[1])
    if address.lower().startswith("mailto:"):
        address = address[len("mailto:") :]
    return f"{name} <{address}>" if name and name.lower() != address.lower() else address


def _moment(told: list[_Property] | None, zones: dict[str, str]) -> Moment | None:
    if not told:
        return None
    given, value = told[0]
    match = _DATE.match(value.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second, utc = match.groups()
    try:
        local = datetime(  # noqa: DTZ001 - the zone stands beside it
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            min(int(second or 0), 59),
        )
    except ValueError:
        return None
    name = _text(given.get("TZID", ""))
    zone = "UTC" if utc else timezones.iana(name) or zones.get(name, "")
    return Moment(local, zone, hour is None, "" if zone else name)


def _after(start: Moment | None, duration: str) -> Moment | None:
    match = _DURATION.match(duration)
    if start is None or match is None or not any(match.groups()):
        return None
    weeks, days, hours, minutes = (int(each or 0) for each in match.groups())
    try:
        end = start.local + timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
    except OverflowError:
        return None
    return Moment(end, start.zone, start.all_day, start.unknown_zone)


def _repetition(rule: str) -> str:
    """Return how often it repeats: "weekly", "2 weekly", "" for once."""
    given = dict(each.split("=", 1) for each in rule.upper().split(";") if "=" in each)
    often = given.get("FREQ", "").lower()
    if often not in ("daily", "weekly", "monthly", "yearly"):
        return ""
    interval = given.get("INTERVAL", "1")
    return often if interval == "1" or not interval.isdigit() else f"{interval[:3]} {often}"


def _link(event: dict[str, list[_Property]]) -> str:
    """Return where the meeting is online, "" for nowhere."""
    for name in (*_LINKS, "LOCATION", "URL", "DESCRIPTION"):
        for _, value in event.get(name, ())[:3]:
            match = _ONLINE.search(value[:20_000].replace("\\n", " "))
            if match is not None:
                return match[0]
    return ""
