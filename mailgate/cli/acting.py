"""How an agent acts on a ticket from the command line: one transaction, then one line.

Who acts is --as, else MAILGATE_AGENT, else the first agent of the ticket's department.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import select
from sqlmodel import Session, col

from mailgate.cli import casefile
from mailgate.cli.desk import Desk, opened
from mailgate.cli.failures import NOTHING_FOUND, Failure
from mailgate.cli.output import Told, plain, print_json
from mailgate.departments import Department
from mailgate.message.address import Address
from mailgate.outbox.mail import OutboxMail
from mailgate.tickets import views
from mailgate.tickets.model import Entry, Ticket
from mailgate.tickets.office import Actor, ActorKind


@dataclass(frozen=True)
class Acting:
    """An agent at work on one ticket, inside the transaction."""

    session: Session
    desk: Desk
    ticket: Ticket
    by: Actor
    now: datetime


def act(
    path: Path | None,
    number: int,
    agent: str | None,
    as_json: bool,
    do: Callable[[Acting], Entry],
) -> None:
    """Let an agent do something to a ticket and print what became of it.

    Fails with a sentence where there is no such ticket, or its status does not allow it.
    """
    with opened(path) as desk:
        with desk.database.writing() as session:
            ticket = views.locked(session, find(session, number).id or 0)
            by = actor(desk, agent, desk.office.department_of(ticket))
            entry = do(Acting(session, desk, ticket, by, desk.now()))
            session.flush()
            told = casefile.whole(session, desk, ticket)
            recipients = recipients_of(session, entry)
        report(desk, told, entry, recipients, as_json)


def find(session: Session, number: int) -> Ticket:
    """Return the ticket of a number, saying so where it was merged into another."""
    ticket = views.by_number(session, number)
    if ticket is None:
        raise Failure(NOTHING_FOUND, f"there is no ticket {number}; see `mailgate tickets list`")
    if ticket.number != number:
        click.echo(f"ticket {number} was merged into {ticket.number}", err=True)
    return ticket


def actor(desk: Desk, agent: str | None, department: Department) -> Actor:
    """Return the agent who acts."""
    word = agent or next(iter(department.agents), None)
    if word is None:
        raise click.UsageError(
            f"nobody acts: department {department.key} has no agents; "
            "name one with --as, or add agents to the configuration"
        )
    found = desk.agent(word)
    return Actor(ActorKind.AGENT, Address(found.address, found.name), "cli")


def report(desk: Desk, told: Told, entry: Entry, recipients: list[str], as_json: bool) -> None:
    """Print what became of a ticket, and on stderr which mail was not sent, and why."""
    if as_json:
        print_json(told)
    else:
        mail = f"; mail to {', '.join(recipients)} is in the outbox" if recipients else ""
        click.echo(plain(f"ticket {told['number']} is {told['status']}: {_done(entry)}{mail}"))
    for later in told["entries"]:
        if later["id"] > (entry.id or 0) and later["event"] in ("not-sent", "not-acknowledged"):
            click.echo(f"warning: {plain(later['text'])}", err=True)
    if recipients and desk.configuration.smarthost is None:
        click.echo("warning: no [smarthost] is configured, so the mail waits", err=True)


def _done(entry: Entry) -> str:
    if entry.kind != "event":
        return f"{entry.kind} added"
    return entry.event if entry.event in ("closed", "resolved") else entry.text


def recipients_of(session: Session, entry: Entry) -> list[str]:
    """Return to whom an entry puts mail in the outbox."""
    statement = (
        select(col(OutboxMail.recipient))
        .where(col(OutboxMail.entry_id) == entry.id)
        .order_by(col(OutboxMail.id))
    )
    return list(session.execute(statement).scalars())
