from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailgate.cli import timetable
from mailgate.hours import AfterHours, Calendar, Interval, OwnDay, parse_week

WARSAW = ZoneInfo("Europe/Warsaw")
DESK = Calendar(
    name="standard",
    timezone=WARSAW,
    week=parse_week({"mon-fri": "09:00-17:00", "sat": "10:00-12:00, 12:30-14:00"}),
    country="PL",
    own_days={
        date(2026, 11, 13): OwnDay("Szkolenie"),
        date(2026, 11, 17): OwnDay("Inwentaryzacja", (Interval(540, 720),)),
    },
    after_hours=AfterHours.NEXT_BUSINESS_DAY,
)
NEXT_OPENING = Calendar("early", WARSAW, DESK.week, "PL", DESK.own_days)
AS_RECEIVED = Calendar("plain", WARSAW, DESK.week, "PL", DESK.own_days, AfterHours.AS_RECEIVED)
NIGHT = Calendar("night", WARSAW, parse_week({"daily": "22:00-06:00"}))
TITLE = (
    "standard: Mon–Fri 9:00–17:00; Sat 10:00–12:00, 12:30–14:00 "
    "(Europe/Warsaw, holidays PL, next-business-day)"
)


def at(text):
    """Make a moment of local time in Warsaw."""
    return datetime.fromisoformat(text).replace(tzinfo=WARSAW)


def test_weeks_are_shown_day_by_day_with_holidays_by_name():
    """What is closed says why, and the weeks stand apart."""
    assert list(timetable.write_weeks(timetable.weeks_ahead(DESK, at("2026-11-10T23:30"), 1))) == [
        TITLE,
        "Tue 2026-11-10  09:00–17:00 (8 h)",
        "Wed 2026-11-11  closed                                 National Independence Day",
        "Thu 2026-11-12  09:00–17:00 (8 h)",
        "Fri 2026-11-13  closed                                 Szkolenie",
        "Sat 2026-11-14  10:00–12:00, 12:30–14:00 (3 h 30 min)",
        "Sun 2026-11-15  closed",
        "",
        "Mon 2026-11-16  09:00–17:00 (8 h)",
    ]


def test_a_day_as_an_object_has_its_intervals_with_offsets_and_lengths():
    """A script can add up the hours, over the night on which the clock changes too."""
    told = timetable.weeks_ahead(NIGHT, at("2026-03-28T00:00"), 1)
    assert {key: told[key] for key in ("calendar", "timezone", "holidays", "after_hours")} == {
        "calendar": "night",
        "timezone": "Europe/Warsaw",
        "holidays": None,
        "after_hours": "next-opening",
    }
    assert len(told["days"]) == 7
    assert told["days"][0] == {
        "date": "2026-03-28",
        "weekday": "Sat",
        "holiday": None,
        "intervals": [
            {
                "start": "2026-03-28T22:00:00+01:00",
                "end": "2026-03-29T06:00:00+02:00",
                "seconds": 7 * 3600,
            }
        ],
    }


@pytest.mark.parametrize(
    ("moment", "lines"),
    [
        (
            "2026-11-10T07:00",
            [
                "at            Tue 2026-11-10T07:00:00+01:00: closed",
                "next opening  Tue 2026-11-10T09:00:00+01:00",
                "mail counts   Thu 2026-11-12T09:00:00+01:00  (outside hours)",
            ],
        ),
        (
            "2026-11-11T12:00",
            [
                "at            Wed 2026-11-11T12:00:00+01:00: closed",
                "next opening  Thu 2026-11-12T09:00:00+01:00",
                "mail counts   Thu 2026-11-12T09:00:00+01:00  "
                "(on a holiday: National Independence Day)",
            ],
        ),
        (
            "2026-11-12T12:00:01.5",
            [
                "at            Thu 2026-11-12T12:00:01+01:00: open",
                "next opening  Thu 2026-11-12T12:00:01+01:00",
                "mail counts   Thu 2026-11-12T12:00:01+01:00  (inside hours)",
            ],
        ),
    ],
)
def test_next_says_open_or_closed_and_from_when_a_mail_counts(moment, lines):
    """The opening and the counting are told apart, since a setting may part them."""
    told = timetable.now_and_next(DESK, at(moment))
    assert list(timetable.write_next(told)) == [TITLE, *lines]


@pytest.mark.parametrize(
    ("calendar", "arrives", "days"),
    [
        (
            DESK,
            "2026-11-10T07:00",
            {
                "2026-11-10": "the date of the mail: only a later one counts (next-business-day)",
                "2026-11-11": "National Independence Day",
                "2026-11-12": "the mail counts from this opening",
            },
        ),
        (
            DESK,
            "2026-11-14T18:00",
            {
                "2026-11-14": "over when the mail arrives",
                "2026-11-15": "no hours on this day of the week",
                "2026-11-16": "the mail counts from this opening",
            },
        ),
        (
            DESK,
            "2026-11-16T10:00",
            {"2026-11-16": "open when the mail arrives: it counts from then"},
        ),
        (NEXT_OPENING, "2026-11-10T07:00", {"2026-11-10": "the mail counts from this opening"}),
        (
            AS_RECEIVED,
            "2026-11-15T10:00",
            {
                "2026-11-15": "no hours on this day of the week",
                "2026-11-16": "the desk opens, the mail counts from its arrival (as-received)",
            },
        ),
        (
            NIGHT,
            "2026-11-16T03:00",
            {"2026-11-15": "open when the mail arrives: it counts from then"},
        ),
    ],
)
def test_every_day_passed_over_says_why(calendar, arrives, days):
    """From the arrival to the date it counts from, no day is left without a reason."""
    told = timetable.explanation(calendar, at(arrives), None)
    assert {day["date"]: day["why"] for day in told["days"]} == days
    assert told["target"] is None


def test_a_target_is_explained_by_every_interval_counted():
    """The intervals add up to the target, and the last one ends when it is due."""
    told = timetable.explanation(DESK, at("2026-11-16T18:00"), timedelta(hours=4, minutes=30))
    assert told["target"]["due_at"] == "2026-11-18T10:30:00+01:00"
    assert sum(each["seconds"] for each in told["target"]["counted"]) == 4.5 * 3600
    assert list(timetable.write_explanation(told)) == [
        TITLE,
        "arrives  Mon 2026-11-16T18:00:00+01:00  (outside hours)",
        "  Mon 2026-11-16  09:00–17:00 (8 h)  over when the mail arrives",
        "  Tue 2026-11-17  09:00–12:00 (3 h)  the mail counts from this opening (Inwentaryzacja)",
        "counts   Tue 2026-11-17T09:00:00+01:00",
        "target   4 h 30 min of business time",
        "  Tue 2026-11-17  09:00–12:00 (3 h)",
        "  Wed 2026-11-18  09:00–10:30 (1 h 30 min)",
        "due      Wed 2026-11-18T10:30:00+01:00",
    ]


def test_without_a_target_none_is_written_and_midnight_is_the_days_end():
    """A day's end is written as 24:00, as in the configuration; short spells in minutes."""
    late = Calendar("late", WARSAW, parse_week({"daily": "23:30-24:00"}))
    assert list(
        timetable.write_explanation(timetable.explanation(late, at("2026-11-16T18:00"), None))
    ) == [
        "late: daily 23:30–24:00 (Europe/Warsaw, next-opening)",
        "arrives  Mon 2026-11-16T18:00:00+01:00  (outside hours)",
        "  Mon 2026-11-16  23:30–24:00 (30 min)  the mail counts from this opening",
        "counts   Mon 2026-11-16T23:30:00+01:00",
    ]
