"""mailgate tickets new: a ticket that an agent opens for someone who called.

The agent vouches for the address; so it is proven from then on, and the acknowledgement may
repeat the requester's words.
"""

from pathlib import Path

import click

from mailgate.cli import acting, casefile, words
from mailgate.cli.desk import Desk, opened
from mailgate.cli.output import plain
from mailgate.departments import Department
from mailgate.message.address import Address, is_plain_address
from mailgate.tickets import entered

_MAX_SUBJECT, _MAX_NAME, _MAX_PHONE = 500, 200, 50


@click.command(
    epilog="Example: mailgate tickets new --requester anna@example.net --name Anna "
    '--subject "Printer" --text "It prints nothing but stars."'
)
@click.option("--department", metavar="DEPT", help="Key or name; not needed if there is one.")
@click.option("--requester", metavar="ADDRESS", required=True)
@click.option("--name", metavar="NAME", default="", help="The requester's name.")
@click.option("--subject", metavar="TEXT", default="", help="Else the first line of the text.")
@click.option("--cc", metavar="ADDRESS", multiple=True, help="Who is kept informed; repeatable.")
@click.option("--phone", metavar="NUMBER", default="", help="He called; he is to confirm by mail.")
@click.option("--text", metavar="TEXT", help="What the requester said; else standard input.")
@click.option("--attach", metavar="FILE", multiple=True, type=click.Path(path_type=Path))
@click.option("--as", "agent", metavar="AGENT", envvar="MAILGATE_AGENT", help="Who took the call.")
@click.option("--json", "as_json", is_flag=True, help="Print the ticket as JSON.")
@click.pass_obj
def new(
    path: Path | None,
    department: str | None,
    requester: str,
    name: str,
    subject: str,
    cc: tuple[str, ...],
    phone: str,
    text: str | None,
    attach: tuple[Path, ...],
    agent: str | None,
    as_json: bool,
) -> None:
    """Open a ticket for someone who called. He is sent an acknowledgement."""
    said, files = words.text_of(text), words.files_of(attach)
    titled = plain(subject or said.partition("\n")[0], _MAX_SUBJECT)
    with opened(path) as desk:
        call = entered.Call(
            Address(_foreign(requester, desk), plain(name, _MAX_NAME)),
            tuple(Address(_foreign(each, desk)) for each in cc),
            titled,
            said,
            files,
            plain(phone, _MAX_PHONE),
        )
        to = _department(desk, department)
        by = acting.actor(desk, agent, to)
        with desk.database.writing() as session:
            ticket, entry = entered.enter(session, desk.office, to, call, by, desk.now())
            session.flush()
            told = casefile.whole(session, desk, ticket)
            recipients = acting.recipients_of(session, entry)
        acting.report(desk, told, entry, recipients, as_json)


def _department(desk: Desk, word: str | None) -> Department:
    departments = desk.office.directory.departments
    if word is not None:
        return desk.department(word)
    if len(departments) == 1:
        return next(iter(departments.values()))
    raise click.UsageError(f"name a --department: one of {', '.join(departments)}")


def _foreign(address: str, desk: Desk) -> str:
    """Return an address that can be written to and is none of ours."""
    if not is_plain_address(address):
        raise click.BadParameter(
            f'"{plain(address)}" is no address; write for example anna@example.net'
        )
    if desk.office.directory.is_own(address):
        raise click.BadParameter(f"{address} is an address of ours; write the customer's")
    return address
