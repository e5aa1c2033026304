"""Floods on the command line: one line for all that is held of one sender, and one command."""

from datetime import tzinfo
from typing import Any

import click
from sqlmodel import Session

from mailgate.cli.desk import Desk
from mailgate.cli.failures import NOTHING_FOUND, Failure
from mailgate.cli.output import clock, columns, iso, plain, print_json
from mailgate.intake import floods

_COLUMNS = ("FLOOD OF", "MAILS", "FIRST", "LAST")


def told_of(session: Session, desk: Desk) -> list[dict[str, Any]]:
    """Return the groups that are held as --json prints them, the largest first."""
    zone = desk.zone()
    return [_told(group, zone) for group in floods.groups(session)]


def table(told: list[dict[str, Any]]) -> str:
    """Return the groups as a table for people."""
    rows = [
        (each["flood_of"], each["count"], clock(each["first_at"]), clock(each["last_at"]))
        for each in told
    ]
    return columns(_COLUMNS, rows)


def only_one(key: str | None, flood: str | None) -> None:
    """Refuse a command that names neither a mail nor a flood, or both."""
    if (key is None) == (flood is None):
        raise click.UsageError("name one mail by its ID, or one sender by --flood")


def report(count: int, sender: str, what: str, as_json: bool) -> None:
    """Tell what became of a flood; fails where none of that sender is held."""
    if not count:
        raise Failure(
            NOTHING_FOUND,
            f"no flood of {plain(sender, 320)} is held; see `mailgate spool list --floods`",
        )
    if as_json:
        print_json({"flood_of": floods.name_of(sender), "count": count})
    else:
        click.echo(f"{count} mails of {floods.name_of(sender)} {what}")


def _told(group: floods.Group, zone: tzinfo) -> dict[str, Any]:
    return {
        "flood_of": group.sender,
        "count": group.count,
        "first_at": iso(group.first_at, zone),
        "last_at": iso(group.last_at, zone),
    }
