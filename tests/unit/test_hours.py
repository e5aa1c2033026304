from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.hours import (
    AfterHours,
    Calendar,
    Interval,
    OwnDay,
    ReceiptKind,
    add,
    between,
    business_day,
    business_days_after,
    check,
    counted,
    intervals,
    is_open,
    next_opening,
    parse_week,
    receipt,
)

WARSAW = ZoneInfo("Europe/Warsaw")
OFFICE = parse_week({"mon-fri": "09:00-17:00"})
NEXT, NEXT_DAY, AS_RECEIVED = AfterHours


def calendar(hours=None, **other):
    """Make a calendar of an office in Warsaw, or one that differs from it."""
    week = OFFICE if hours is None else parse_week(hours)
    return Calendar(**{"name": "test", "timezone": WARSAW, "week": week, "country": "PL"} | other)


def at(text, zone=WARSAW):
    """Make a moment of local time."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


NIGHTS = calendar({"daily": "22:00-06:00"}, country=None)
CALENDARS = (
    calendar(),
    calendar(after_hours=NEXT_DAY),
    calendar(after_hours=AS_RECEIVED),
    calendar({"mon-fri": "08:00-12:00, 12:30-16:00", "sat": "10:00-13:15"}),
    calendar({"daily": "22:00-06:00"}, after_hours=NEXT_DAY),
    calendar("24/7", after_hours=NEXT_DAY),
    calendar({"daily": "02:10-02:50, 23:00-24:00"}),
    calendar({"daily": "00:00-00:30"}, timezone=ZoneInfo("Asia/Beirut"), after_hours=NEXT_DAY),
    calendar({"daily": "01:45-02:15"}, timezone=ZoneInfo("Australia/Lord_Howe"), country="AU"),
    calendar(
        own_days={date(2026, 5, 2): OwnDay("Inwentaryzacja", (Interval(600, 1560),))},
        after_hours=NEXT_DAY,
    ),
)
moments = st.timedeltas(timedelta(0), timedelta(days=1100)).map(
    lambda since: datetime(2025, 1, 1, tzinfo=UTC) + since
)
calendars = st.sampled_from(CALENDARS)
spells = st.timedeltas(timedelta(0), timedelta(hours=200))


@pytest.mark.parametrize(
    ("arrives", "opening", "business_day"),
    [
        ("2026-11-03T07:00", "2026-11-03T09:00", "2026-11-04T09:00"),
        ("2026-11-03T09:00", "2026-11-03T09:00", "2026-11-03T09:00"),
        ("2026-11-03T16:59:59", "2026-11-03T16:59:59", "2026-11-03T16:59:59"),
        ("2026-11-03T17:00:00", "2026-11-04T09:00", "2026-11-04T09:00"),
        ("2026-11-03T18:00", "2026-11-04T09:00", "2026-11-04T09:00"),
        ("2026-11-06T16:59", "2026-11-06T16:59", "2026-11-06T16:59"),
        ("2026-11-06T17:00", "2026-11-09T09:00", "2026-11-09T09:00"),
        ("2026-11-07T12:00", "2026-11-09T09:00", "2026-11-09T09:00"),
        ("2026-11-10T07:00", "2026-11-10T09:00", "2026-11-12T09:00"),
        ("2026-12-24T10:00", "2026-12-28T09:00", "2026-12-28T09:00"),
    ],
)
def test_a_mail_counts_from_the_moment_the_setting_promises(arrives, opening, business_day):
    """Inside hours it is the arrival itself; outside, the next opening or business day."""
    arrival = at(arrives)
    assert receipt(arrival, calendar()).effective_at == at(opening)
    assert receipt(arrival, calendar(after_hours=NEXT_DAY)).effective_at == at(business_day)
    assert receipt(arrival, calendar(after_hours=AS_RECEIVED)).effective_at == arrival


@pytest.mark.parametrize(
    ("why", "arrives", "kind"),
    [
        ("inside hours", "2026-11-03T10:00", ReceiptKind.INSIDE),
        ("a business evening", "2026-11-03T20:00", ReceiptKind.OUTSIDE),
        ("a plain Saturday", "2026-11-07T10:00", ReceiptKind.OUTSIDE),
        ("a holiday in what would be hours", "2026-11-11T10:00", ReceiptKind.HOLIDAY),
        ("the evening of a holiday", "2026-11-11T20:00", ReceiptKind.HOLIDAY),
        ("the early morning of a holiday", "2026-11-11T07:00", ReceiptKind.HOLIDAY),
        ("a holiday on a Saturday closed anyway", "2026-08-15T10:00", ReceiptKind.OUTSIDE),
        ("an own closed day", "2026-11-13T10:00", ReceiptKind.HOLIDAY),
        ("after the short hours of an own day", "2026-11-16T13:00", ReceiptKind.OUTSIDE),
        ("an own working day on a holiday", "2026-12-24T10:00", ReceiptKind.INSIDE),
    ],
)
def test_holiday_is_said_only_where_a_holiday_takes_the_hours_away(why, arrives, kind):
    """The letter names the reason nobody was there: the plan, or a holiday against the plan."""
    own_days = {
        date(2026, 11, 13): OwnDay("Szkolenie"),
        date(2026, 11, 16): OwnDay("Inwentaryzacja", (Interval(9 * 60, 12 * 60),)),
        date(2026, 12, 24): OwnDay("Dyżur", (Interval(9 * 60, 12 * 60),)),
    }
    assert receipt(at(arrives), calendar(own_days=own_days)).kind is kind, why


@pytest.mark.parametrize(
    ("moment", "open_then"),
    [
        ("2026-11-03T08:59:59.999999", False),
        ("2026-11-03T09:00:00", True),
        ("2026-11-03T16:59:59.999999", True),
        ("2026-11-03T17:00:00", False),
        ("2026-11-07T12:00:00", False),
    ],
)
def test_hours_are_half_open(moment, open_then):
    """The opening is inside, the closing is not."""
    assert is_open(at(moment), calendar()) is open_then


def test_receipt_tells_opening_and_local_date_in_any_setting():
    """The opening is the next open moment even where the mail counts from later; UTC throughout."""
    found = receipt(at("2026-11-03T00:30"), calendar(after_hours=NEXT_DAY))
    assert found.opening == at("2026-11-03T09:00")
    assert found.effective_at == at("2026-11-04T09:00")
    assert found.day == date(2026, 11, 3)
    times = (found.received_at, found.effective_at, found.opening)
    assert [moment.tzinfo for moment in times] == [UTC, UTC, UTC]


def test_a_holiday_cancels_the_shift_that_starts_on_it_and_no_other():
    """The shift begun on the eve runs to its end at six on the holiday."""
    nights = calendar({"daily": "22:00-06:00"})
    assert is_open(at("2026-11-11T05:59"), nights)
    assert receipt(at("2026-11-11T05:59"), nights).kind is ReceiptKind.INSIDE
    assert not is_open(at("2026-11-11T22:00"), nights)
    assert not is_open(at("2026-11-12T05:00"), nights)


@pytest.mark.parametrize(
    ("evening", "lasts"),
    [("2026-03-27", 8), ("2026-03-28", 7), ("2026-10-24", 9), ("2026-10-25", 8)],
)
def test_a_night_shift_lasts_as_long_as_the_night_did(evening, lasts):
    """22:00-06:00 in Warsaw has 7 h when the clock skips an hour and 9 h when it repeats one."""
    noon = at(f"{evening}T12:00")
    assert between(noon, noon + timedelta(days=1), NIGHTS) == timedelta(hours=lasts)
    assert add(noon, timedelta(hours=lasts), NIGHTS) == at(f"{evening}T06:00") + timedelta(days=1)


@pytest.mark.parametrize(
    ("zone", "hours", "day", "found"),
    [
        ("Europe/Warsaw", "02:30-04:00", "2026-03-29", ("01:00", "02:00")),  # moved to 03:00
        ("Europe/Warsaw", "01:00-02:30", "2026-03-29", ("00:00", "01:00")),  # ends at the jump
        ("Europe/Warsaw", "02:10-02:50", "2026-03-29", None),  # skipped as a whole
        ("Europe/Warsaw", "02:00-02:30", "2026-10-25", ("00:00", "00:30")),  # the first of two
        ("Europe/Warsaw", "01:00-02:30", "2026-10-25", ("23:00", "00:30")),
        ("Europe/Warsaw", "02:30-03:00", "2026-10-25", ("00:30", "02:00")),
        ("Asia/Beirut", "00:00-01:30", "2026-03-29", ("22:00", "22:30")),  # no midnight that day
        ("Australia/Lord_Howe", "02:15-03:00", "2026-10-04", ("15:30", "16:00")),  # half an hour
        ("Pacific/Apia", "00:00-24:00", "2011-12-30", None),  # a day that did not happen
    ],
)
def test_local_times_that_are_skipped_or_double_are_settled(zone, hours, day, found):
    """A skipped time is the first moment after the jump, a double one its first occurrence."""
    desk = calendar({"daily": hours}, timezone=ZoneInfo(zone), country=None)
    noon = at(f"{day}T12:00", ZoneInfo(zone))
    times = [
        (f"{opens:%H:%M}", f"{closes:%H:%M}")
        for opens, closes in intervals(desk, noon - timedelta(hours=15), noon)
        if closes.astimezone(desk.timezone).date() == noon.date()
    ]
    assert times == ([found] if found else [])
    assert business_day(noon.date(), desk) is (found is not None)


def test_hours_that_adjoin_come_as_one_across_midnight_and_windows_cut_them():
    """What is read as one stretch is one stretch, whatever lines it was written on."""
    desk = calendar(
        {"mon": "09:00-12:00, 12:00-24:00", "tue": "00:00-02:00, 09:00-10:00"}, country=None
    )
    assert list(intervals(desk, at("2026-11-02T10:00"), at("2026-11-03T09:30"))) == [
        (at("2026-11-02T10:00"), at("2026-11-03T02:00")),
        (at("2026-11-03T09:00"), at("2026-11-03T09:30")),
    ]
    always = calendar("24/7", country=None)
    start, end = at("2026-01-01T00:00"), at("2026-12-31T12:00")
    assert list(intervals(always, start, end)) == [(start, end)]
    assert list(intervals(always, end, start)) == []


def test_hours_of_an_own_day_may_lie_in_any_order_and_over_each_other():
    """The day is open from the first start to the last end, wherever they are written."""
    hours = (Interval(600, 900), Interval(540, 660), Interval(610, 640))
    desk = calendar(own_days={date(2026, 11, 3): OwnDay("Dyżur", hours)})
    start, end = at("2026-11-02T20:00"), at("2026-11-03T20:00")
    whole = (at("2026-11-03T09:00"), at("2026-11-03T15:00"))
    assert list(intervals(desk, start, end)) == [whole]
    assert (next_opening(start, desk), business_days_after(start, 1, desk)) == whole


def test_an_own_day_may_overlap_the_shift_of_the_eve():
    """Open time is counted once, even where two days' hours lie over each other."""
    own = {date(2026, 11, 3): OwnDay("Dyżur", (Interval(300, 600), Interval(240, 420)))}
    desk = calendar({"daily": "22:00-06:00"}, own_days=own)
    start, end = at("2026-11-02T12:00"), at("2026-11-03T12:00")
    assert list(intervals(desk, start, end)) == [(at("2026-11-02T22:00"), at("2026-11-03T10:00"))]
    assert between(start, end, desk) == timedelta(hours=12)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-03T09:00", 8, "2026-11-03T17:00"),  # not the next opening
        ("2026-11-03T16:00", 2, "2026-11-04T10:00"),
        ("2026-11-06T18:00", 1, "2026-11-09T10:00"),
        ("2026-11-10T16:00", 4, "2026-11-12T12:00"),  # over 11 November
        ("2026-11-03T07:00", 0, "2026-11-03T07:00"),
        ("2026-11-02T09:00", 40, "2026-11-06T17:00"),
    ],
)
def test_targets_run_in_business_time(start, hours, due):
    """A target is reached at the first moment by which that much open time has passed."""
    found = add(at(start), timedelta(hours=hours), calendar())
    assert found == at(due)
    assert found.tzinfo is UTC


def test_business_time_is_told_stretch_by_stretch():
    """The stretches counted add up to the target, the last one cut where it is used up."""
    found = list(counted(at("2026-11-10T16:00"), timedelta(hours=4), calendar()))
    assert found == [
        (at("2026-11-10T16:00"), at("2026-11-10T17:00")),
        (at("2026-11-12T09:00"), at("2026-11-12T12:00")),
    ]


@pytest.mark.parametrize(
    ("arrives", "days", "end"),
    [
        ("2026-11-03T07:00", 1, "2026-11-04T17:00"),  # strictly after the date
        ("2026-11-06T12:00", 1, "2026-11-09T17:00"),
        ("2026-11-09T12:00", 2, "2026-11-12T17:00"),  # over 11 November
        ("2026-12-23T12:00", 5, "2027-01-04T17:00"),
        ("2026-01-01T12:00", 500, "2027-12-22T17:00"),  # 253 in 2026, 247 of 2027
    ],
)
def test_business_days_are_counted_from_the_day_after(arrives, days, end):
    """Two business days end with the hours of the second day that has any."""
    assert business_days_after(at(arrives), days, calendar()) == at(end)


def test_a_saturday_with_hours_is_a_business_day():
    """A business day is a day with hours in that calendar, nothing else."""
    desk = calendar({"mon-fri": "09:00-17:00", "sat": "10:00-14:00"})
    assert business_day(date(2026, 11, 7), desk)
    assert not business_day(date(2026, 11, 8), desk)
    assert not business_day(date(2026, 11, 11), desk)


NEVER = calendar(week=((),) * 7)


@pytest.mark.parametrize(
    "question",
    [
        lambda: next_opening(at("2026-11-03T10:00"), NEVER),
        lambda: receipt(at("2026-11-03T10:00"), NEVER),
        lambda: add(at("2026-11-03T10:00"), timedelta(hours=1), NEVER),
        lambda: business_days_after(at("2026-11-03T10:00"), 1, NEVER),
    ],
)
def test_a_calendar_that_never_opens_is_a_fault_and_no_endless_loop(question):
    """After 400 closed days the search ends with a text that names the calendar."""
    with pytest.raises(ValueError, match='calendar "test" opens on none of the 400 days'):
        question()


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (lambda: is_open(at("2026-11-03T10:00", None), calendar()), "without time zone"),
        (lambda: add(at("2026-11-03T10:00"), -timedelta(1), calendar()), "not negative"),
        (lambda: business_days_after(at("2026-11-03T10:00"), 0, calendar()), "counted from 1"),
    ],
)
def test_questions_without_sense_are_refused(question, text):
    """A naive moment, negative time and the zeroth day are faults of the caller."""
    with pytest.raises(ValueError, match=text):
        question()


def test_business_time_to_an_earlier_moment_is_none():
    """Clocks that were set back make no negative waiting times."""
    assert between(at("2026-11-03T15:00"), at("2026-11-03T10:00"), calendar()) == timedelta(0)


@pytest.mark.parametrize(
    ("desk", "faults"),
    [
        (calendar(), []),
        (calendar(country=None), []),
        (calendar(own_days={date(2026, 12, 31): OwnDay("Sylwester")}), []),
        (calendar(week=OFFICE[:5]), ["a week of 5 days; give seven"]),
        (NEVER, ['calendar "test" opens on none']),
        (calendar(country="XX"), ['holidays "XX": no such country']),
        (calendar(own_days={date(2026, 12, 31): OwnDay("")}), []),
        (calendar(country="XX", week=((),) * 7), ['holidays "XX": no such country']),
    ],
)
def test_check_finds_the_fault_of_a_calendar(desk, faults):
    """`mailgate check` tells it before the daemon meets it."""
    found = check(desk, date(2026, 11, 3))
    assert len(found) == len(faults)
    assert all(text.startswith(fault) for text, fault in zip(found, faults, strict=True))


def test_a_calendar_may_be_a_default_of_another_value():
    """Departments hold calendars, are frozen, and may be hashed."""

    @dataclass(frozen=True)
    class Desk:
        hours: Calendar = CALENDARS[0]
        other: Calendar = field(default_factory=calendar)

    assert hash(Desk()) == hash(Desk())
    assert Desk().other.own_days == {}


@settings(deadline=None)  # the first example also imports the holidays
@given(moments, spells, calendars)
def test_add_and_between_are_inverse(start, business, desk):
    """The business time up to a target is the target's, and no earlier moment has it."""
    due = add(start, business, desk)
    assert between(start, due, desk) == business
    if business:
        assert between(start, due - timedelta(microseconds=1), desk) < business


@settings(deadline=None)  # the first example also imports the holidays
@given(moments, calendars)
def test_a_receipt_keeps_its_promises(moment, desk):
    """Never counted before it came; inside hours from then; else from an opening promised."""
    found = receipt(moment, desk)
    assert found.effective_at >= found.received_at == moment
    assert (found.kind is ReceiptKind.INSIDE) is is_open(moment, desk)
    if found.kind is ReceiptKind.INSIDE or desk.after_hours is AS_RECEIVED:
        assert found.effective_at == moment
        return
    assert is_open(found.effective_at, desk)
    assert found.effective_at >= found.opening
    if desk.after_hours is NEXT_DAY:
        assert found.effective_at.astimezone(desk.timezone).date() > found.day


@settings(deadline=None)  # the first example also imports the holidays
@given(moments, calendars)
def test_openness_agrees_with_the_intervals(moment, desk):
    """Open is what lies in an interval; the next opening is the first moment that does."""
    week = list(intervals(desk, moment - timedelta(days=9), moment + timedelta(days=9)))
    assert is_open(moment, desk) is any(opens <= moment < closes for opens, closes in week)
    assert all(opens < closes for opens, closes in week)
    assert all(one[1] < other[0] for one, other in pairwise(week))
    assert next_opening(moment, desk) == next(
        max(opens, moment) for opens, closes in week if closes > moment
    )


@settings(deadline=None)  # the first example also imports the holidays
@given(moments, moments, moments, calendars)
def test_business_time_adds_up(one, two, three, desk):
    """The way over a moment in between is as long as both its parts."""
    start, middle, end = sorted((one, two, three))
    whole = between(start, end, desk)
    assert whole == between(start, middle, desk) + between(middle, end, desk)
