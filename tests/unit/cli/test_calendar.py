import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

import mailgate.config
from mailgate.cli.calendar import calendar
from mailgate.config.faults import Fault, Faults
from mailgate.hours import AfterHours, Calendar, parse_week

WARSAW = ZoneInfo("Europe/Warsaw")
OFFICE = parse_week({"mon-fri": "09:00-17:00"})
STANDARD = Calendar("standard", WARSAW, OFFICE, "PL", {}, AfterHours.NEXT_BUSINESS_DAY)
ALWAYS = Calendar("always", ZoneInfo("America/New_York"), parse_week("24/7"))
NEVER = Calendar("never", WARSAW, ((),) * 7)


@pytest.fixture
def desk(monkeypatch):
    """Run `mailgate calendar` with a configuration of two calendars and one department."""
    configuration = SimpleNamespace(
        calendars={"standard": STANDARD, "always": ALWAYS},
        directory=SimpleNamespace(departments={"dynamics": SimpleNamespace(calendar=STANDARD)}),
    )

    def load(path):
        if path == Path("faulty.toml"):
            raise Faults([Fault("faulty.toml", 3, "calendar.x.hours", "no such time", "write one")])
        if path == Path("never.toml"):
            return SimpleNamespace(calendars={"never": NEVER})
        return configuration

    monkeypatch.setattr(mailgate.config, "load", load, raising=False)
    monkeypatch.setattr(mailgate.config, "Faults", Faults, raising=False)
    return lambda *args, path=None: CliRunner().invoke(calendar, args, obj=path)


def objects(result):
    """Return what a command printed with --json."""
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_every_calendar_is_told_unless_one_is_asked_for(desk):
    """A calendar is chosen by its name or by the department that keeps it."""
    every = objects(desk("show", "--json"))
    assert [told["calendar"] for told in every] == ["standard", "always"]
    assert [len(told["days"]) for told in every] == [14, 14]
    by_name = objects(desk("next", "--json", "--calendar", "always"))
    assert [told["calendar"] for told in by_name] == ["always"]
    by_department = objects(desk("next", "--json", "--department", "dynamics"))
    assert [told["calendar"] for told in by_department] == ["standard"]


def test_weeks_are_shown_from_a_date_on(desk):
    """Holidays far ahead can be looked up."""
    result = desk("show", "--calendar", "standard", "--from", "2026-12-24", "--weeks", "1")
    assert result.exit_code == 0
    assert "Thu 2026-12-24  closed             Christmas Eve\n" in result.stdout


def test_a_time_without_offset_is_local_and_now_is_the_default(desk):
    """The same words mean the wall clock of each calendar; an offset is taken at its word."""
    local = objects(desk("next", "--json", "--at", "2026-11-03T07:00"))
    assert [told["received_at"] for told in local] == [
        "2026-11-03T07:00:00+01:00",
        "2026-11-03T07:00:00-05:00",
    ]
    exact = objects(desk("next", "--json", "--at", "2026-11-03T07:00Z"))
    assert [told["received_at"] for told in exact] == [
        "2026-11-03T08:00:00+01:00",
        "2026-11-03T02:00:00-05:00",
    ]
    before = datetime.now(UTC).replace(microsecond=0)
    (now,) = objects(desk("next", "--json", "--calendar", "always"))
    assert before <= datetime.fromisoformat(now["received_at"]) <= datetime.now(UTC)


def test_a_date_is_explained_with_the_target_after_it(desk):
    """The effective date and the due date come with the days and intervals they rest on."""
    arguments = ("2026-11-10T07:00", "--target", "4 hours", "--calendar", "standard")
    (told,) = objects(desk("explain", *arguments, "--json"))
    assert told["effective_received_at"] == "2026-11-12T09:00:00+01:00"
    assert [day["date"] for day in told["days"]] == ["2026-11-10", "2026-11-11", "2026-11-12"]
    assert told["target"]["due_at"] == "2026-11-12T13:00:00+01:00"
    text = desk("explain", *arguments).stdout
    assert "Wed 2026-11-11  closed             National Independence Day\n" in text
    assert text.endswith("due      Thu 2026-11-12T13:00:00+01:00\n")


def test_calendars_are_parted_by_a_blank_line(desk):
    """People can tell where one calendar ends and the next begins."""
    text = desk("explain", "2026-11-10T12:00").stdout
    assert "\n\nalways: 24/7 (America/New_York, next-opening)\n" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("next", "--at", "noon"), '"noon": no such time; write for example 2026-11-03T07:00'),
        (("next", "--calendar", "x"), '"x": no such calendar; write one of standard, always'),
        (("next", "--department", "x"), '"x": no such department; write one of dynamics'),
        (("explain", "2026-11-03", "--target", "soon"), "no duration"),
        (("explain",), "Missing argument 'TIME'"),
    ],
)
def test_a_wrong_word_is_told_with_a_right_one(desk, arguments, message):
    """Usage faults print nothing on stdout."""
    result = desk(*arguments)
    assert result.exit_code != 0
    assert message in " ".join(result.stderr.split())
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("faulty.toml", "faulty.toml:3: calendar.x.hours: no such time"),
        ("never.toml", 'calendar "never" opens on none of the 400 days'),
    ],
)
def test_a_faulty_configuration_ends_with_its_own_exit_code(desk, path, message):
    """The faults are printed and the exit code is 78, EX_CONFIG."""
    result = desk("next", path=Path(path))
    assert result.exit_code == 78
    assert message in result.stderr
