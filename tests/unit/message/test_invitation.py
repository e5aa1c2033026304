import random
from datetime import datetime

import pytest

from mailgate.message import invitation, parse
from mailgate.message.message import Invitation, Moment


def clock(text: str) -> datetime:
    """Return what a clock shows, without a zone."""
    return datetime.fromisoformat(text)


def calendar(*lines: str, head: str = "METHOD:REQUEST") -> bytes:
    """Return a calendar with one event."""
    return "\r\n".join(
        ["BEGIN:VCALENDAR", head, "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR", ""]
    ).encode()


def read(*lines: str, head: str = "METHOD:REQUEST") -> Invitation:
    """Return the meeting in a calendar of these lines."""
    found = invitation.of(calendar(*lines, head=head))
    assert found is not None
    return found


def test_who_what_when_and_where_are_read() -> None:
    """As Exchange writes them: folded lines, quoted and escaped values, Windows' zone names."""
    found = read(
        "ORGANIZER;CN=Anna Nowak:mailto:anna@example.net",
        'ATTENDEE;ROLE=REQ-PARTICIPANT;CN="Kowalski; Jan":MAILTO:jan@example.net',
        "ATTENDEE;CN=ewa@example.com:mailto:ewa@example.com",
        "SUMMARY;LANGUAGE=pl-PL:Przegląd umowy\\, część 2\\nPilne",
        "DTSTART;TZID=Central European Standard Time:20261124T100000",
        "DTEND;TZID=Central European Standard Time:20261124T113000",
        "LOCATION:Sala ko",
        " nferencyjna",
        "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
        "X-MICROSOFT-SKYPETEAMSMEETINGURL:https://teams.microsoft.com/l/meetup-join/19%3a",
        "BEGIN:VALARM",
        "SUMMARY:of the alarm",
        "END:VALARM",
    )
    assert found == Invitation(
        method="request", summary="Przegląd umowy, część 2 Pilne",
        organizer="Anna Nowak <anna@example.net>",
        attendees=("Kowalski; Jan <jan@example.net>", "ewa@example.com"), others=0,
        start=Moment(clock("2026-11-24T10:00"), "Europe/Warsaw"),
        end=Moment(clock("2026-11-24T11:30"), "Europe/Warsaw"),
        location="Sala konferencyjna", repeats="2 weekly",
        online="https://teams.microsoft.com/l/meetup-join/19%3a", answer="",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("DTSTART:20261124T100000Z", Moment(clock("2026-11-24T10:00"), "UTC")),
        ("DTSTART:20261124T100000", Moment(clock("2026-11-24T10:00"))),
        ("DTSTART;VALUE=DATE:20261124", Moment(clock("2026-11-24"), all_day=True)),
        ("DTSTART;TZID=Moon:20261124T100000",
         Moment(clock("2026-11-24T10:00"), unknown_zone="Moon")),
        ("DTSTART;TZID=Own:20261124T100060",
         Moment(clock("2026-11-24T10:00:59"), "Europe/Kyiv")),
        ("DTSTART:20261324T100000", None),
        ("DTSTART:tomorrow", None),
        ("X-NO:x", None),
    ],
)  # fmt: skip
def test_a_moment_keeps_the_clock_it_is_meant_by(line: str, moment: Moment | None) -> None:
    """UTC, a zone by any name, nobody's clock, a date, or nothing readable."""
    zone = "\r\n".join(
        [
            "METHOD:REQUEST",
            "BEGIN:VTIMEZONE",
            "TZID:Own",
            "X-LIC-LOCATION:Europe/Kyiv",
            "END:VTIMEZONE",
        ]
    )
    assert read(line, head=zone).start == moment


@pytest.mark.parametrize(
    ("lines", "end"),
    [
        (("DTSTART:20261124T100000Z", "DURATION:PT1H30M"), clock("2026-11-24T11:30")),
        (("DTSTART:20261124T100000Z", "DURATION:P1W2D"), clock("2026-12-03T10:00")),
        (("DTSTART:99991231T100000Z", "DURATION:P999W"), None),
        (("DTSTART:20261124T100000Z", "DURATION:P"), None),
        (("DTSTART:20261124T100000Z",), None),
        (("DURATION:PT1H",), None),
    ],
)
def test_the_end_may_be_told_by_how_long_it_takes(
    lines: tuple[str, ...], end: datetime | None
) -> None:
    """A duration counts from the start; one that leads nowhere is none."""
    found = read(*lines).end
    assert (found.local if found else None) == end


@pytest.mark.parametrize(
    ("rule", "repeats"),
    [("FREQ=DAILY", "daily"), ("INTERVAL=3;FREQ=MONTHLY", "3 monthly"), ("FREQ=SECONDLY", ""),
     ("FREQ=WEEKLY;INTERVAL=x", "weekly"), ("odd", "")],
)  # fmt: skip
def test_a_series_is_told_roughly(rule: str, repeats: str) -> None:
    """How often, and no more."""
    assert read(f"RRULE:{rule}").repeats == repeats


@pytest.mark.parametrize(
    ("line", "link"),
    [
        ("DESCRIPTION:Dołącz:\\nhttps://meet.google.com/abc-defg-hij\\nDo zobaczenia",
         "https://meet.google.com/abc-defg-hij"),
        ("LOCATION:https://us02web.zoom.us/j/123?pwd=x", "https://us02web.zoom.us/j/123?pwd=x"),
        ("URL:https://evil.example/zoom.us/j/1", ""),
        ("DESCRIPTION:call me", ""),
    ],
)  # fmt: skip
def test_a_link_of_a_known_service_is_told(line: str, link: str) -> None:
    """Where to click, from whichever property holds it; other links stay in the file."""
    assert read(line).online == link


@pytest.mark.parametrize(
    ("octets", "label", "method", "expected"),
    [
        (calendar("SUMMARY:a", head="X:y"), "", "CANCEL", ("cancel", "a", "")),
        (calendar("SUMMARY:a", head="X:y"), "", "", ("publish", "a", "")),
        (calendar("SUMMARY:a", head="METHOD:EXPLODE"), "", "", ("publish", "a", "")),
        (calendar("ATTENDEE;PARTSTAT=DECLINED:mailto:a@b.pl", head="METHOD:REPLY"), "", "",
         ("reply", "", "declined")),
        (calendar("ATTENDEE;PARTSTAT=DECLINED:mailto:a@b.pl"), "", "", ("request", "", "")),
        (calendar("SUMMARY:a").replace(b"\r\n", b"\n").lower(), "", "", ("request", "a", "")),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:łąka".encode("cp1250"), "windows-1250", "REQUEST",
         ("request", "łąka", "")),
        (calendar("SUMMARY:a", "END:VEVENT", "BEGIN:VEVENT", "SUMMARY:b", "LOCATION:c"), "", "",
         ("request", "a", "")),
    ],
)  # fmt: skip
def test_what_is_done_is_read(
    octets: bytes, label: str, method: str, expected: tuple[str, str, str]
) -> None:
    """Method and answer, from the calendar or the part's label; the first event counts."""
    found = invitation.of(octets, label, method)
    assert found is not None
    assert (found.method, found.summary, found.answer) == expected


@pytest.mark.parametrize("octets", [b"", b"words", b"BEGIN:VCALENDAR\nBEGIN:VTODO\n", b"\xff" * 90])
def test_what_is_no_event_is_no_invitation(octets: bytes) -> None:
    """A task list or noise tells of no meeting."""
    assert invitation.of(octets) is None


def test_there_are_bounds() -> None:
    """Twenty people are named, a calendar is read to 256 KB, a value to 300 signs."""
    crowd = read(*[f"ATTENDEE:mailto:a{n}@b.pl" for n in range(500)])
    assert (len(crowd.attendees), crowd.others) == (20, 480)
    assert len(read("SUMMARY:" + "a" * 9_000).summary) == 300
    late = read(*["X:y"] * 60_000, "SUMMARY:late")
    assert late.summary == ""


def test_no_damage_raises() -> None:
    """Octets changed or lost anywhere give a meeting or none."""
    sound = calendar(
        'ORGANIZER;CN="A; B":mailto:a@b.pl', "DTSTART;TZID=Moon:20261124T100000", "DURATION:PT1H",
        "RRULE:FREQ=DAILY;INTERVAL=2", "DESCRIPTION:x\\, https://zoom.us/j/1",
    )  # fmt: skip
    chance = random.Random(11)
    for _ in range(2_000):
        octets = bytearray(sound)
        for _ in range(4):
            at = chance.randrange(len(octets))
            octets[at : at + chance.randrange(4)] = chance.randbytes(chance.randrange(3))
        invitation.of(bytes(octets))


PART = b"--b\r\nContent-Type: %s\r\n\r\n%s\r\n"


def test_a_mail_tells_each_meeting_once() -> None:
    """The same calendar as alternative and as file is one meeting; both stay as files."""
    made = calendar("SUMMARY:a", "DTSTART:20261124T100000Z")
    other = calendar("SUMMARY:b")
    raw = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"".join(
        (
            PART % (b"text/calendar; method=REQUEST", made),
            PART % (b"application/ics; name=invite.ics", made),
            PART % (b"application/octet-stream; name=Other.ICS", other),
            PART % (b"text/calendar", calendar("SUMMARY:fourth")),
            PART % (b"multipart/mixed; boundary=c", b"--c\r\n\r\nwords\r\n--c--"),
        )
    )
    message = parse.parse(raw + b"--b--\r\n")
    assert [each.summary for each in message.invitations] == ["a", "b"]
    assert len(message.attachments) == 4
    assert parse.parse(b"Content-Type: text/calendar\r\n\r\nno event").invitations == ()
