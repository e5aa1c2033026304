"""What the commands of an agent's mail mean here: which agent, department, ticket; and doing it.

Works in the caller's transaction, through the service like every other channel.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import assert_never

from sqlmodel import Session

from mailgate import commands
from mailgate.commands import Asked, Command, Fault, Verb, Wrong
from mailgate.departments import Agent, Department
from mailgate.message.address import Address
from mailgate.message.message import Message
from mailgate.replies import wire
from mailgate.replies.compose import File
from mailgate.tickets import orders as changes
from mailgate.tickets import service, views
from mailgate.tickets.entries import Contribution
from mailgate.tickets.model import Entry, Source, Ticket
from mailgate.tickets.office import Actor, ActorKind, Office

_STATUS = (Verb.CLOSE, Verb.RESOLVE, Verb.OPEN, Verb.HOLD)


@dataclass(frozen=True)
class AgentMail:
    """A mail of a proven agent. contribution: what it would be as an entry."""

    session: Session
    office: Office
    agent: Agent
    message: Message
    contribution: Contribution
    now: datetime

    @property
    def by(self) -> Actor:
        """Who acts."""
        who = Address(self.agent.address, self.agent.name)
        return Actor(ActorKind.AGENT, who, Source.MAIL)


@dataclass(frozen=True)
class Orders:
    """Commands with their meaning. status: what becomes of the ticket in the end, if anything."""

    internal: bool = False
    status: Verb | None = None
    hold_until: date | None = None
    assign: Agent | None = None
    to: Department | None = None
    priority: str | None = None
    copied: tuple[Address, ...] = ()
    merge: Ticket | None = None
    requester: Address | None = None
    phone: str = ""


def resolve(mail: AgentMail, ticket: Ticket | None, asked: Asked) -> tuple[Orders, list[Fault]]:
    """Return what commands mean, and those that mean nothing here. ticket: None for a new one."""
    orders, faults = Orders(), []
    for command in asked.commands:
        meant = _meant(mail, ticket, orders, command)
        if isinstance(meant, Wrong):
            faults.append(Fault(command.line, meant))
        else:
            orders = meant
    return orders, faults


def status_line(asked: Asked) -> str:
    """Return the line that the state of a ticket may not allow."""
    return next((each.line for each in asked.commands if each.verb in _STATUS), "")


def change(mail: AgentMail, ticket: Ticket, orders: Orders) -> tuple[Ticket, Entry | None]:
    """Do what goes before the words: where the ticket is, whose, how urgent, and who reads along.

    Returns the ticket in which the words belong, and the first line in its history, if any.
    """
    session, office, by, now = mail.session, mail.office, mail.by, mail.now
    done: list[Entry] = []
    if orders.merge is not None:
        into = views.locked(session, orders.merge.id or 0)
        done.append(changes.merge(session, ticket, into, by, now))
        ticket = into
    if orders.to is not None and orders.to.key != ticket.department:
        done.append(service.move(session, office, ticket, by, orders.to, now))
    if orders.assign is not None:
        done.append(service.assign(session, office, ticket, by, orders.assign, now))
    if orders.priority is not None:
        done.append(changes.prioritise(session, ticket, by, orders.priority, now))
    done += [changes.copy_to(session, ticket, by, each, now) for each in orders.copied]
    return ticket, next(iter(done), None)


def say(mail: AgentMail, ticket: Ticket, orders: Orders, text: str, files: Sequence[File]) -> Entry:
    """Add the words: for the customer, or inside."""
    act = service.note if orders.internal else service.reply
    return act(mail.session, mail.office, ticket, mail.by, text, mail.now, files)


def move(mail: AgentMail, ticket: Ticket, orders: Orders) -> Entry | None:
    """Do what comes after the words: the status. Raises MoveRefusedError."""
    session, office, by, now = mail.session, mail.office, mail.by, mail.now
    match orders.status:
        case None:
            return None
        case Verb.CLOSE:
            return service.close(session, office, ticket, by, "", now)
        case Verb.RESOLVE:
            return service.resolve(session, office, ticket, by, "", now)
        case Verb.HOLD if orders.hold_until is not None:
            return service.hold(session, office, ticket, by, orders.hold_until, now)
        case _:
            return service.reopen(session, office, ticket, by, now)


def _meant(
    mail: AgentMail, ticket: Ticket | None, orders: Orders, command: Command
) -> Orders | Wrong:
    match command.verb:
        case Verb.NOTE:
            return replace(orders, internal=True)
        case Verb.CLOSE | Verb.RESOLVE | Verb.OPEN:
            return replace(orders, status=command.verb)
        case Verb.HOLD:
            return _held(mail, ticket, orders, command)
        case Verb.ASSIGN:
            agents = mail.office.directory.agents_called(command.value)
            return replace(orders, assign=agents[0]) if len(agents) == 1 else Wrong.NO_AGENT
        case Verb.DEPARTMENT:
            to = mail.office.directory.department_called(command.value)
            return replace(orders, to=to) if to is not None else Wrong.NO_DEPARTMENT
        case Verb.PRIORITY:
            return replace(orders, priority=command.value.lower())
        case Verb.CC:
            who = _correspondent(mail.office, command.value)
            return who if isinstance(who, Wrong) else replace(orders, copied=(*orders.copied, who))
        case Verb.NEW:
            who = _correspondent(mail.office, command.value)
            return who if isinstance(who, Wrong) else replace(orders, requester=who)
        case Verb.MERGE:
            return _merged(mail.session, ticket, orders, command)
        case Verb.PHONE:
            return replace(orders, phone=command.value)
        case never:
            assert_never(never)


def _held(
    mail: AgentMail, ticket: Ticket | None, orders: Orders, command: Command
) -> Orders | Wrong:
    day = commands.day_of(command.value)
    directory = mail.office.directory
    department = mail.office.department_of(ticket) if ticket is not None else directory.postmaster
    today = mail.now.astimezone(department.calendar.timezone).date()
    if day is None:
        return Wrong.NO_DATE
    return replace(orders, status=Verb.HOLD, hold_until=day) if day > today else Wrong.PAST


def _merged(
    session: Session, ticket: Ticket | None, orders: Orders, command: Command
) -> Orders | Wrong:
    into = views.by_number(session, commands.number_of(command.value) or 0)
    if into is None:
        return Wrong.NO_TICKET
    if ticket is None or not changes.may_merge(ticket, into):
        return Wrong.NOT_HERS
    return replace(orders, merge=into)


def _correspondent(office: Office, value: str) -> Address | Wrong:
    address = commands.address_of(value)
    if address is None or not wire.is_writable(address):
        return Wrong.NO_ADDRESS
    return Wrong.OWN_ADDRESS if office.directory.is_own(address) else Address(address)
