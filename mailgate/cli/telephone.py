"""mailgate tickets new: a ticket that an agent opens for someone who called.

The agent vouches for the address; so it is proven from then on, and the acknowledgement may
repeat the requester's words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click
from sqlmodel import Session

from mailgate import hours
from mailgate.cli import acting, casefile, words
from mailgate.cli.desk import Desk, opened
from mailgate.cli.output import plain
from mailgate.departments import Department
from mailgate.message.address import Address, is_plain_address
from mailgate.message.authenticity import Authenticity
from mailgate.message.message import Nature
from mailgate.replies import acknowledge
from mailgate.replies.compose import File
from mailgate.tickets import correspondence, entries, ledger, people, service
from mailgate.tickets.entries import Contribution
from mailgate.tickets.model import Entry, Role, Source, Ticket
from mailgate.tickets.office import Actor

_MAX_SUBJECT, _MAX_NAME = 500, 200


@dataclass(frozen=True)
class Call:
    """What the requester said, and who else is to hear of it."""

    requester: Address
    copied: tuple[Address, ...]
    subject: str
    text: str
    files: Sequence[File]


@click.command(
    epilog="Example: mailgate tickets new --requester anna@example.net --name Anna "
    '--subject "Printer" --text "It prints nothing but stars."'
)
@click.option("--department", metavar="DEPT", help="Key or name; not needed if there is one.")
@click.option("--requester", metavar="ADDRESS", required=True)
@click.option("--name", metavar="NAME", default="", help="The requester's name.")
@click.option("--subject", metavar="TEXT", default="", help="Else the first line of the text.")
@click.option("--cc", metavar="ADDRESS", multiple=True, help="Who is kept informed; repeatable.")
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
    text: str | None,
    attach: tuple[Path, ...],
    agent: str | None,
    as_json: bool,
) -> None:
    """Open a ticket for someone who called, and acknowledge it to him by mail."""
    said, files = words.text_of(text), words.files_of(attach)
    titled = plain(subject or said.partition("\n")[0], _MAX_SUBJECT)
    with opened(path) as desk:
        call = Call(
            Address(_foreign(requester, desk), plain(name, _MAX_NAME)),
            tuple(Address(_foreign(each, desk)) for each in cc),
            titled,
            said,
            files,
        )
        to = _department(desk, department)
        by = acting.actor(desk, agent, to)
        with desk.database.writing() as session:
            ticket, entry = _open(session, desk, to, call, by, desk.now())
            session.flush()
            told = casefile.whole(session, desk, ticket)
            recipients = acting.recipients_of(session, entry)
        acting.report(desk, told, entry, recipients, as_json)


def _open(
    session: Session, desk: Desk, to: Department, call: Call, by: Actor, now: datetime
) -> tuple[Ticket, Entry]:
    people.meet(session, call.requester, now)
    people.prove(session, call.requester.canonical, "agent", now)
    contribution = Contribution(
        author=call.requester,
        source=Source.CLI,
        text=call.text,
        full_text=call.text,
        subject=call.subject,
        proven=True,
    )
    ticket, entry = service.open_ticket(
        session, desk.office, to, contribution, now, now, by.who.address
    )
    entries.add_files(session, entry, call.files, now)
    for each in call.copied:
        person = people.meet(session, each, now)
        people.join(session, entry.ticket_id, person.person_id, each.address, Role.CC, now)
    written = f"written down by {by.who.name or by.who.address} for the requester"
    entries.add_event(session, ticket, "entered", written, now, by)
    _acknowledge(session, desk, ticket, entry, call.requester, now)
    return ticket, entry


def _acknowledge(
    session: Session, desk: Desk, ticket: Ticket, entry: Entry, who: Address, now: datetime
) -> None:
    office = desk.office
    incoming = acknowledge.Incoming(
        nature=Nature.PERSON,
        is_new_ticket=True,
        author=who,
        authenticity=Authenticity.NONE,
        proven=True,
        mail_from=None,
    )
    answer = acknowledge.decide(incoming, office.limits, ledger.spent(session, who.address, now))
    if isinstance(answer, acknowledge.Silent):
        service.record(session, ticket, "not-acknowledged", answer.reason, now)
        return
    receipt = hours.receipt(now, office.department_of(ticket).calendar)
    correspondence.acknowledge(session, office, ticket, entry, receipt, now, with_words=True)


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
