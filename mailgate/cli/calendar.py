"""mailgate calendar: the hours ahead, the next opening, and how a date was computed.

Reads the configuration and nothing else. Data goes to stdout, for people or, with --json, as
one array with an object per calendar; times are those of the calendar's zone.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import click

from mailgate.cli import timetable
from mailgate.cli.timetable import Told
from mailgate.hours import Calendar

_LONGEST_TARGET = timedelta(days=400)


class Misconfigured(click.ClickException):
    """The configuration cannot be used; ends the command with EX_CONFIG of sysexits."""

    exit_code = 78


@click.group()
def calendar() -> None:
    """Show business time: hours ahead, the next opening, how a date was computed."""


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print one JSON array."),
        click.option("--department", metavar="KEY", help="Only the calendar of this department."),
        click.option("--calendar", "name", metavar="NAME", help="Only this calendar."),
    ):
        command = option(command)
    return command


@calendar.command(epilog="Example: mailgate calendar show --weeks 4")
@click.option("--weeks", type=click.IntRange(1, 106), default=2, show_default=True)
@click.option("--from", "since", metavar="DATE", help="First day shown; today by default.")
@_options
@click.pass_obj
def show(
    path: Path | None,
    weeks: int,
    since: str | None,
    name: str | None,
    department: str | None,
    as_json: bool,
) -> None:
    """Print the hours of the weeks ahead. Day by day, with holidays by name."""
    _print(
        _chosen(path, name, department),
        lambda each: timetable.weeks_ahead(each, moment(since, each), weeks),
        timetable.write_weeks,
        as_json,
    )


@calendar.command(name="next", epilog="Example: mailgate calendar next --at 2026-12-24T10:00")
@click.option("--at", "when", metavar="TIME", help="Another moment than now, in ISO 8601.")
@_options
@click.pass_obj
def next_(
    path: Path | None, when: str | None, name: str | None, department: str | None, as_json: bool
) -> None:
    """Tell whether the desk is open, and when it opens. Also from when a mail would count."""
    _print(
        _chosen(path, name, department),
        lambda each: timetable.now_and_next(each, moment(when, each)),
        timetable.write_next,
        as_json,
    )


@calendar.command(epilog='Example: mailgate calendar explain 2026-12-24T10:00 --target "4 hours"')
@click.argument("at", metavar="TIME")
@click.option("--target", metavar="DURATION", help='Business time to add, such as "4 hours".')
@_options
@click.pass_obj
def explain(
    path: Path | None,
    at: str,
    target: str | None,
    name: str | None,
    department: str | None,
    as_json: bool,
) -> None:
    """Tell how a date was computed from which mail counts.

    TIME is when it arrived, in ISO 8601; without an offset it is local time of the calendar. With
    --target, every interval counted up to the due date follows.
    """
    business = None if target is None else _duration(target)
    _print(
        _chosen(path, name, department),
        lambda each: timetable.explanation(each, moment(at, each), business),
        timetable.write_explanation,
        as_json,
    )


def moment(text: str | None, calendar: Calendar) -> datetime:
    """Return the moment meant by ISO 8601 text, without an offset in local time; None is now.

    Raises click.BadParameter.
    """
    if text is None:
        from mailgate.clock import system_now

        return system_now()
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f'"{text}": no such time; write for example 2026-11-03T07:00'
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=calendar.timezone)


def _print(
    calendars: Sequence[Calendar],
    describe: Callable[[Calendar], Told],
    write: Callable[[Told], Iterable[str]],
    as_json: bool,
) -> None:
    try:
        told = [describe(each) for each in calendars]
    except ValueError as fault:
        raise Misconfigured(str(fault)) from fault
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    click.echo("\n\n".join("\n".join(write(each)) for each in told))


def _chosen(path: Path | None, name: str | None, department: str | None) -> list[Calendar]:
    from mailgate.config import Faults, load

    try:
        configuration = load(path)
    except Faults as faults:
        raise Misconfigured(faults.text) from faults
    if department is not None:
        departments = configuration.directory.departments
        if department not in departments:
            raise click.BadParameter(
                f'"{department}": no such department; write one of {", ".join(departments)}'
            )
        return [departments[department].calendar]
    if name is not None and name not in configuration.calendars:
        raise click.BadParameter(
            f'"{name}": no such calendar; write one of {", ".join(configuration.calendars)}'
        )
    return [each for key, each in configuration.calendars.items() if name in (None, key)]


def _duration(text: str) -> timedelta:
    from mailgate.config import values
    from mailgate.config.reader import Unfit

    try:
        return values.duration(timedelta(0), _LONGEST_TARGET)(text)
    except Unfit as fault:
        raise click.BadParameter(str(fault)) from None
