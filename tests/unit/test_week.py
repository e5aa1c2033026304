import pytest

from mailgate.week import Interval, describe, describe_intervals, parse_intervals, parse_week

DAY = Interval(540, 1020)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("09:00-17:00", (DAY,)),
        (" 9:00 – 17:00 ", (DAY,)),
        ("13:00-17:30, 09:00-12:00", (Interval(540, 720), Interval(780, 1050))),
        ("09:00-12:00,12:00-17:00", (Interval(540, 720), Interval(720, 1020))),
        ("22:00-06:00", (Interval(1320, 1800),)),
        ("22:00-24:00", (Interval(1320, 1440),)),
        ("22:00-00:00", (Interval(1320, 1440),)),
        ("00:00-24:00", (Interval(0, 1440),)),
        ("closed", ()),
        ("Closed ", ()),
    ],
)
def test_hours_of_a_day_are_read_to_the_minute(text, found):
    """Intervals come in order; an end at or before its start is on the next day."""
    assert parse_intervals(text) == found


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("9-25", '"9-25": no such time; write for example "09:00-17:00"'),
        ("09:00-25:00", '"09:00-25:00": no such time; write for example "09:00-17:00"'),
        ("09:60-17:00", '"09:60-17:00": no such time; write for example "09:00-17:00"'),
        ("09:00-17:60", '"09:00-17:60": no such time; write for example "09:00-17:00"'),
        ("24:00-06:00", '"24:00-06:00": no such time; write for example "09:00-17:00"'),
        ("", '"": no such time; write for example "09:00-17:00"'),
        ("09:00-12:00,", '"": no such time; write for example "09:00-17:00"'),
        ("09:00-09:00", 'begins and ends at the same time; write "00:00-24:00"'),
        ("09:00-12:00, 11:00-13:00", "09:00-12:00 and 11:00-13:00 overlap; write them as one"),
        (9, '9: not hours in quotes; write for example "09:00-17:00", or "closed"'),
    ],
)
def test_a_fault_in_hours_says_what_to_write_instead(text, fault):
    """The operator sees the words he wrote and words that would do."""
    with pytest.raises(ValueError) as raised:
        parse_intervals(text)
    assert fault in str(raised.value)


@pytest.mark.parametrize(
    ("hours", "open_days"),
    [
        ({"mon-fri": "09:00-17:00"}, "12345"),
        ({"mon-fri": "09:00-17:00", "sat": "09:00-17:00"}, "123456"),
        ({"Mon, Wed": "09:00-17:00"}, "13"),
        ({"mon-tue,thu-sat": "09:00-17:00", "sun": "closed"}, "12456"),
        ({"sun-mon": "09:00-17:00"}, "17"),
        ({"fri-mon": "09:00-17:00"}, "1567"),
        ({"daily": "09:00-17:00"}, "1234567"),
    ],
)
def test_days_are_read_as_names_lists_and_ranges(hours, open_days):
    """A range may run over the end of the week; days left out are closed."""
    week = parse_week(hours)
    assert "".join(str(day + 1) for day in range(7) if week[day]) == open_days
    assert {intervals for intervals in week if intervals} == {(DAY,)}


def test_24_7_needs_no_days():
    """The plain words for round the clock are enough."""
    assert parse_week("24/7") == ((Interval(0, 1440),),) * 7


@pytest.mark.parametrize(
    ("hours", "faults"),
    [
        ({"funday": "09:00-17:00"}, ['"funday": no such day; write mon, tue, wed, thu, fri']),
        ({"mon-funday": "09:00-17:00"}, ['"mon-funday": no such day']),
        ({"daily-fri": "09:00-17:00"}, ['"daily-fri": no such day']),
        (
            {"mon-fri": "09:00-17:00", "fri": "09:00-15:00"},
            ['fri is given twice, by "mon-fri" and by "fri"; write each day once'],
        ),
        ({}, ["no hours at all; write for example mon-fri"]),
        ({"sun": "closed"}, ["no hours at all; write for example mon-fri"]),
        (
            {"mon": "22:00-06:00", "tue": "05:00-10:00"},
            ["22:00-06:00 of mon overlaps 05:00-10:00 of tue; make the first end earlier"],
        ),
        (
            {"sun": "22:00-06:00", "mon": "05:00-10:00"},
            ["22:00-06:00 of sun overlaps 05:00-10:00 of mon; make the first end earlier"],
        ),
        ({"mon": "9-25", "tue": "x"}, ['"9-25": no such time', '"x": no such time']),
        ("always", ["'always': no such hours; write for example { mon-fri"]),
        (7, ["7: no such hours; write for example { mon-fri"]),
    ],
)
def test_every_fault_of_a_week_is_told_at_once(hours, faults):
    """One line per fault, so that one run of `mailgate check` is enough."""
    with pytest.raises(ValueError) as raised:
        parse_week(hours)
    lines = str(raised.value).splitlines()
    assert len(lines) == len(faults)
    assert all(line.startswith(fault) for line, fault in zip(lines, faults, strict=True))


@pytest.mark.parametrize(("start", "end"), [(-1, 60), (1440, 1500), (60, 60), (60, 1501)])
def test_an_interval_starts_on_its_day_and_lasts_a_day_at_most(start, end):
    """Whoever makes one by hand cannot make one that arithmetic would trip over."""
    with pytest.raises(ValueError, match="interval of minutes"):
        Interval(start, end)


@pytest.mark.parametrize(
    ("hours", "polish", "english"),
    [
        ({"mon-fri": "09:00-17:00"}, "pon.–pt. 9:00–17:00", "Mon–Fri 9:00–17:00"),
        ("24/7", "całodobowo", "24/7"),
        ({"daily": "00:00-12:00,12:00-24:00"}, "całodobowo", "24/7"),
        ({"daily": "08:00-20:00"}, "codziennie 8:00–20:00", "daily 8:00–20:00"),
        (
            {"mon-tue,thu": "09:00-12:30,13:00-24:00", "sat": "22:00-06:00"},
            "pon.–wt., czw. 9:00–12:30, 13:00–24:00; sob. 22:00–6:00",
            "Mon–Tue, Thu 9:00–12:30, 13:00–24:00; Sat 22:00–6:00",
        ),
    ],
)
def test_a_week_is_described_in_words_for_customers(hours, polish, english):
    """Days with the same hours stand together, in the language of the letter."""
    week = parse_week(hours)
    assert describe(week, "pl") == polish
    assert describe(week, "en") == english
    assert describe(week, "de") == english
    assert describe_intervals((DAY, Interval(1320, 1800))) == "9:00–17:00, 22:00–6:00"
