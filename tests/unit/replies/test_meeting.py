from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from mailgate.message.message import Invitation, Moment
from mailgate.replies import meeting

WARSAW = ZoneInfo("Europe/Warsaw")


def at(text: str, zone: str = "Europe/Warsaw", *, all_day: bool = False, odd: str = "") -> Moment:
    """Return a moment as a calendar tells it."""
    return Moment(datetime.fromisoformat(text), zone, all_day, odd)


MEETING = Invitation(
    method="request", summary="Przegląd umowy", organizer="Anna Nowak <anna@example.net>",
    attendees=("Jan <jan@example.net>", "ewa@example.com"), others=0,
    start=at("2026-11-24T10:00"), end=at("2026-11-24T11:30"), location="Sala 2", repeats="",
    online="", answer="",
)  # fmt: skip


def test_an_invitation_says_who_what_when_and_where() -> None:
    """In Polish for a Polish ticket, in English for an English one."""
    assert meeting.with_meetings("Zapraszam.", [MEETING], WARSAW, "pl") == (
        "Zapraszam.\n\n"
        "Zaproszenie na spotkanie: Przegląd umowy\n"
        "Kiedy: 24 listopada 2026 r., godz. 10:00–11:30\n"
        "Gdzie: Sala 2\n"
        "Zaprasza: Anna Nowak <anna@example.net>\n"
        "Zaproszeni: Jan <jan@example.net>, ewa@example.com"
    )
    many = replace(
        MEETING,
        others=7,
        repeats="2 weekly",
        online="https://zoom.us/j/1",
        location="",
        organizer="",
    )
    assert meeting.with_meetings("", [many], WARSAW, "en") == (
        "Invitation to a meeting: Przegląd umowy\n"
        "When: 24 November 2026, 10:00–11:30\n"
        "Repeats: every 2 weeks\n"
        "Online: https://zoom.us/j/1\n"
        "Invited: Jan <jan@example.net>, ewa@example.com and 7 more"
    )


@pytest.mark.parametrize(
    ("start", "end", "when"),
    [
        (at("2026-11-24T10:00", "UTC"), at("2026-11-24T11:00", "UTC"),
         "24 November 2026, 11:00–12:00"),
        (at("2026-11-24T17:30", "America/New_York"), at("2026-11-24T18:30", "America/New_York"),
         "24 November 2026, 23:30 – 25 November 2026, 00:30"),
        (at("2026-11-24T10:00", ""), at("2026-11-24T11:00", ""),
         "24 November 2026, 10:00–11:00 local time"),
        (at("2026-11-24T10:00", "", odd="Moon"), at("2026-11-24T11:00", "", odd="Moon"),
         "24 November 2026, 10:00–11:00 (time zone “Moon”)"),
        (at("2026-11-24T10:00", "", odd="Moon"), at("2026-11-24T11:00", "UTC"),
         "24 November 2026, 10:00 (time zone “Moon”) – 24 November 2026, 12:00"),
        (at("2026-11-24T10:00", "No/Such"), None, "24 November 2026, 10:00"),
        (at("2026-11-24T10:00"), at("2026-11-24T09:00"), "24 November 2026, 10:00"),
        (at("2026-10-25T02:30"), None, "25 October 2026, 02:30 CEST"),
        (at("2026-11-24", all_day=True), None, "24 November 2026"),
        (at("2026-11-24", all_day=True), at("2026-11-25", all_day=True), "24 November 2026"),
        (at("2026-11-24", all_day=True), at("2026-11-27", all_day=True),
         "24 November 2026 – 26 November 2026"),
        (None, None, ""),
    ],
)  # fmt: skip
def test_the_time_is_the_departments(start: Moment | None, end: Moment | None, when: str) -> None:
    """Times are told by the clock of the department; what cannot be is told as it was written."""
    told = meeting.with_meetings("", [replace(MEETING, start=start, end=end)], WARSAW, "en")
    found = [line.removeprefix("When: ") for line in told.split("\n") if line.startswith("When: ")]
    assert found == ([when] if when else [])


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"method": "cancel"}, "Odwołane spotkanie: Przegląd umowy"),
        ({"method": "publish", "summary": ""}, "Wydarzenie w kalendarzu: (bez tytułu)"),
        ({"method": "reply", "answer": "declined"}, "Odpowiedź: odrzucone"),
        ({"method": "reply", "answer": "x-odd"}, "Odpowiedź: x-odd"),
        ({"repeats": "weekly"}, "Powtarza się: co tydzień"),
        ({"repeats": "3 monthly"}, "Powtarza się: co 3 mies."),
    ],
)
def test_what_is_done_with_the_meeting_is_told(change: dict[str, str], line: str) -> None:
    """A cancelled meeting, an answer and a series are called what they are."""
    changed = Invitation(**(vars(MEETING) | change))  # type: ignore[arg-type]
    assert line in meeting.with_meetings("", [changed], WARSAW, "pl").split("\n")


def test_without_an_invitation_the_words_are_as_they_were() -> None:
    """Nothing is added to a text that came with none."""
    assert meeting.with_meetings("Words", [], WARSAW, "pl") == "Words"
