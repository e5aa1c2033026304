from datetime import date
from zoneinfo import ZoneInfo

import pytest

from mailgate.week import Interval, parse_week
from mailgate.workdays import (
    Calendar,
    OwnDay,
    describe_hours,
    describe_week,
    holiday_name,
    hours_of,
)

OFFICE = Interval(540, 1020)
SHORT = Interval(540, 720)
DESK = Calendar(
    name="standard",
    timezone=ZoneInfo("Europe/Warsaw"),
    week=parse_week({"mon-fri": "09:00-17:00"}),
    country="PL",
    own_days={
        date(2026, 11, 13): OwnDay("Szkolenie"),
        date(2026, 12, 23): OwnDay("Przed świętami", (SHORT,)),
        date(2026, 12, 24): OwnDay("Dyżur", (SHORT,)),
        date(2026, 12, 28): OwnDay(""),
        date(2026, 12, 29): OwnDay("  ", (SHORT,)),
        date(2026, 12, 25): OwnDay(""),
    },
)
ALWAYS = Calendar("always", ZoneInfo("Europe/Warsaw"), parse_week("24/7"))


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (date(2026, 11, 3), (OFFICE,)),
        (date(2026, 11, 7), ()),
        (date(2026, 11, 11), ()),
        (date(2026, 11, 13), ()),
        (date(2026, 12, 23), (SHORT,)),
        (date(2026, 12, 24), (SHORT,)),
    ],
)
def test_an_own_day_wins_over_a_holiday_and_a_holiday_over_the_week(day, hours):
    """What is written for one date is what the desk means for that date."""
    assert hours_of(day, DESK) == hours


def test_without_a_country_no_holiday_closes():
    """Public holidays are kept only where the configuration names a country."""
    assert hours_of(date(2026, 12, 25), ALWAYS) == (Interval(0, 1440),)
    assert holiday_name(date(2026, 12, 25), ALWAYS, "pl") is None


@pytest.mark.parametrize(
    ("day", "polish", "english"),
    [
        (date(2026, 11, 3), None, None),
        (date(2026, 11, 11), "Narodowe Święto Niepodległości", "National Independence Day"),
        (date(2026, 11, 13), "Szkolenie", "Szkolenie"),
        (date(2026, 12, 24), "Dyżur", "Dyżur"),
        (date(2026, 12, 25), "Boże Narodzenie (pierwszy dzień)", "Christmas Day"),
        (date(2026, 12, 28), "dzień wolny od pracy", "day off"),
        (date(2026, 12, 29), None, None),
    ],
)
def test_a_special_date_has_a_name_and_never_an_empty_one(day, polish, english):
    """The own day's name goes first; a letter never prints empty brackets."""
    assert holiday_name(day, DESK, "pl") == polish
    assert holiday_name(day, DESK, "en") == english


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 3), "pon.–pt. 9:00–17:00"),
        (date(2026, 11, 13), "pon.–pt. 9:00–17:00"),
        (date(2026, 12, 23), "Przed świętami: 9:00–12:00"),
        (date(2026, 12, 29), "9:00–12:00"),
    ],
)
def test_a_letter_names_the_hours_that_applied_that_day(day, words):
    """A date with hours of its own is not explained by the weekly plan."""
    assert describe_hours(day, DESK, "pl") == words


def test_the_week_is_described_in_the_language_of_the_letter():
    """The weekly plan is what customers know as support hours."""
    assert describe_week(DESK, "en") == "Mon–Fri 9:00–17:00"
    assert describe_week(ALWAYS, "pl") == "całodobowo"
