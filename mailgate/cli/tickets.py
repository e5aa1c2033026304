"""mailgate tickets: the desk on the command line.

Each command is one transaction: what it says it did is committed, and its mail is in the outbox,
or nothing has changed.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path

import click

from mailgate.cli import acting, casefile, page, words
from mailgate.cli.acting import Acting, act
from mailgate.cli.attachment import attachment
from mailgate.cli.desk import Desk, opened
from mailgate.cli.number import Number
from mailgate.cli.output import print_json
from mailgate.cli.telephone import new
from mailgate.store import blobs
from mailgate.tickets import service, views
from mailgate.tickets.lifecycle import Status
from mailgate.tickets.model import Entry

Command = Callable[..., None]


@click.group()
def tickets() -> None:
    """List, read, answer and move tickets.

    Words come from --text or from standard input, files from --attach. Who acts is --as, else
    MAILGATE_AGENT, else the first agent of the ticket's department.
    """


tickets.add_command(new)
tickets.add_command(attachment)

_JSON = click.option("--json", "as_json", is_flag=True, help="Print the ticket as JSON.")
_AS = click.option(
    "--as", "agent", metavar="AGENT", envvar="MAILGATE_AGENT", help="The agent: address or name."
)
_ATTACH = click.option(
    "--attach", metavar="FILE", multiple=True, type=click.Path(path_type=Path), help="Repeatable."
)
_TEXT = click.option("--text", metavar="TEXT", help="The words; else standard input.")
_COMMENT = click.option("--text", metavar="TEXT", help='A word on it; "-" for standard input.')


def _acts(name: str, example: str) -> Callable[[Command], Command]:
    """Make a command that acts on ticket N."""

    def made(function: Command) -> Command:
        function = _JSON(_AS(click.pass_obj(function)))
        function = click.argument("number", metavar="N", type=Number())(function)
        return tickets.command(name=name, epilog=f"Example: mailgate tickets {example}")(function)

    return made


@tickets.command(
    name="list", epilog="Example: mailgate tickets list --status open --search drukarka"
)
@click.option("--status", type=click.Choice([each.value for each in Status]))
@click.option("--department", metavar="DEPT", help="Key or name of a department.")
@click.option("--requester", metavar="ADDRESS")
@click.option("--since", metavar="DATE", help="Opened on this day or later; or a time.")
@click.option("--search", metavar="WORDS", help="In the subject or any entry.")
@click.option("--limit", type=click.IntRange(1), default=1000, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@click.pass_obj
def list_(
    path: Path | None,
    status: str | None,
    department: str | None,
    requester: str | None,
    since: str | None,
    search: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """List tickets, the latest change first. Each option narrows the list."""
    with opened(path) as desk, desk.database.reading() as session:
        wanted = views.Filter(
            status=Status(status) if status else None,
            department=desk.department(department).key if department else None,
            requester=requester,
            since=_since(since, desk),
            search=search,
        )
        found = views.listing(session, wanted, limit + 1)
        told = [casefile.listed(session, desk, *each) for each in found[:limit]]
    if as_json:
        print_json(told)
    elif told:
        click.echo(casefile.write_list(told))
    else:
        click.echo("no such tickets", err=True)
    if len(found) > limit:
        click.echo(f"only the latest {limit} are listed; see --limit", err=True)


@tickets.command(epilog="Example: mailgate tickets show 123456")
@click.argument("number", metavar="N", type=Number())
@_JSON
@click.option("--html", "as_html", is_flag=True, help="Print one page for a browser, safe to open.")
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Write it to FILE."
)
@click.pass_obj
def show(path: Path | None, number: int, as_json: bool, as_html: bool, output: Path | None) -> None:
    """Print a ticket and its conversation.

    With --html the mails are shown as they were laid out, without scripts, forms or remote images.
    """
    if (as_json and as_html) or (output and not as_html):
        raise click.UsageError("--html goes without --json, and -o only with --html")
    with opened(path) as desk, desk.database.reading() as session:
        told = casefile.whole(session, desk, acting.find(session, number))
        if as_html:
            original = partial(blobs.get_bytes, session)
            page.write_out(page.write_html(told, original), output)
            return
    if as_json:
        print_json(told)
    else:
        click.echo("\n".join(casefile.write_page(told)))


@_acts("reply", 'reply 123456 --text "Proszę wyłączyć i włączyć." --attach plan.pdf')
@_TEXT
@_ATTACH
def reply(
    path: Path | None,
    number: int,
    agent: str | None,
    text: str | None,
    attach: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Answer the requester and those in copy, publicly."""
    said, files = words.text_of(text), words.files_of(attach)

    def do(at: Acting) -> Entry:
        return service.reply(at.session, at.desk.office, at.ticket, at.by, said, at.now, files)

    act(path, number, agent, as_json, do)


@_acts("note", 'note 123456 --text "Called him, he is on leave."')
@_TEXT
@_ATTACH
def note(
    path: Path | None,
    number: int,
    agent: str | None,
    text: str | None,
    attach: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Add a note that no customer ever sees."""
    said, files = words.text_of(text), words.files_of(attach)
    act(
        path,
        number,
        agent,
        as_json,
        lambda at: service.note(at.session, at.desk.office, at.ticket, at.by, said, at.now, files),
    )


@_acts("close", 'close 123456 --text "Done."')
@_COMMENT
def close(
    path: Path | None, number: int, agent: str | None, text: str | None, as_json: bool
) -> None:
    """Close a ticket and tell its people."""
    comment = words.text_of(text) if text else ""
    act(
        path,
        number,
        agent,
        as_json,
        lambda at: service.close(at.session, at.desk.office, at.ticket, at.by, comment, at.now),
    )


@_acts("resolve", 'resolve 123456 --text "The cable was loose."')
@_COMMENT
def resolve(
    path: Path | None, number: int, agent: str | None, text: str | None, as_json: bool
) -> None:
    """Call a ticket solved and tell its people. A reply of theirs opens it again."""
    comment = words.text_of(text) if text else ""
    act(
        path,
        number,
        agent,
        as_json,
        lambda at: service.resolve(at.session, at.desk.office, at.ticket, at.by, comment, at.now),
    )


@_acts("hold", "hold 123456 2026-12-01")
@click.argument("until", metavar="DATE")
def hold(path: Path | None, number: int, until: str, agent: str | None, as_json: bool) -> None:
    """Put a ticket off to DATE and tell its people.

    The date was agreed with them; on that day the ticket is open again.
    """
    day = _date(until)

    def do(at: Acting) -> Entry:
        if day <= at.now.astimezone(at.desk.zone(at.ticket.department)).date():
            raise click.BadParameter(f"{day} is not in the future; write a later date")
        return service.hold(at.session, at.desk.office, at.ticket, at.by, day, at.now)

    act(path, number, agent, as_json, do)


@_acts("reopen", "reopen 123456")
def reopen(path: Path | None, number: int, agent: str | None, as_json: bool) -> None:
    """Open a ticket again and tell its people. It was resolved, closed or on hold."""
    act(
        path,
        number,
        agent,
        as_json,
        lambda at: service.reopen(at.session, at.desk.office, at.ticket, at.by, at.now),
    )


@_acts("assign", "assign 123456 ewa@example.com")
@click.argument("who", metavar="WHO")
def assign(path: Path | None, number: int, who: str, agent: str | None, as_json: bool) -> None:
    """Give a ticket to an agent. WHO is an address, the part before its @, or a name."""
    act(
        path,
        number,
        agent,
        as_json,
        lambda at: service.assign(
            at.session, at.desk.office, at.ticket, at.by, at.desk.agent(who), at.now
        ),
    )


@_acts("move", "move 123456 helpdesk")
@click.argument("department", metavar="DEPT")
def move(path: Path | None, number: int, department: str, agent: str | None, as_json: bool) -> None:
    """Move a ticket to another department. It is named by key or name; people are told."""

    def do(at: Acting) -> Entry:
        to = at.desk.department(department)
        return service.move(at.session, at.desk.office, at.ticket, at.by, to, at.now)

    act(path, number, agent, as_json, do)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f'"{text}" is no date; write for example 2026-12-01') from None


def _since(text: str | None, desk: Desk) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f'"{text}" is no date; write for example 2026-11-03 or 2026-11-03T07:00'
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=desk.zone())
