"""What agents are told of: who is told, of what; the letters come later, by jobs.notify.

A notice is noted in the transaction of what it tells of, so that there is one if and only if that
happened, and costs a mail coming in a row and no letter. Once an event and agent.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index, Text, UniqueConstraint, delete, func, select
from sqlmodel import Field, Session, SQLModel, col

from mailgate.message.address import canonical, is_plain_address
from mailgate.message.message import Nature
from mailgate.replies import wire
from mailgate.replies.templates import Event
from mailgate.store.database import insert_once
from mailgate.tickets.model import Entry, EntryKind, Ticket
from mailgate.tickets.office import Office

# Of what an agent's own mail, or one in her name, sets off: a mailbox that sends it back to us
# would go round for ever.
_AN_HOUR = {Event.AGENT_UNPROVEN: 3, Event.NOT_UNDERSTOOD: 10}
_AT_WORK = (Event.AGENT_REPLY, Event.NOTE)


class State(StrEnum):
    """Where a notice stands.

    new: nobody has looked. waiting: for the digest. sent, digested: in a letter of its own, or
    with others. failed: its letter could not be written; the log says why. dropped: she is no
    agent any more.
    """

    NEW = "new"
    WAITING = "waiting"
    SENT = "sent"
    DIGESTED = "digested"
    FAILED = "failed"
    DROPPED = "dropped"


class AgentNotice(SQLModel, table=True):
    """Something that an agent is told: at once, or, where there is much of it, in a digest.

    agent: canonical address. ticket_id, entry_id: what it is about; None where that is a held
    mail, spool_id. detail: what the letter says beside, such as why a mail was not delivered.
    """

    __tablename__ = "agent_notice"
    __table_args__ = (
        UniqueConstraint("entry_id", "agent"),
        Index("ix_agent_notice_state_at", "state", "at"),
        Index("ix_agent_notice_agent_sent_at", "agent", "sent_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    agent: str
    event: str
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id")
    entry_id: int | None = Field(default=None, foreign_key="entry.id")
    spool_id: int | None = None
    detail: str = Field(default="", sa_type=Text)
    state: str
    at: datetime
    sent_at: datetime | None = None


def tell(
    session: Session,
    office: Office,
    ticket: Ticket,
    entry: Entry,
    event: Event,
    now: datetime,
    *,
    besides: str = "",
    detail: str = "",
) -> None:
    """Note for each agent whom it concerns that something happened to a ticket.

    besides: the address of who did it, and so need not be told.
    """
    department = office.department_of(ticket)
    if not department.notify:
        return
    itself = canonical(besides)
    for agent in dict.fromkeys(
        canonical(each) for each in _concerned(session, office, ticket, event)
    ):
        if agent != itself and _is_reachable(office, agent):
            _note(session, agent, event, now, ticket_id=ticket.id, entry_id=entry.id, detail=detail)


def tell_of_words(
    session: Session,
    office: Office,
    ticket: Ticket,
    entry: Entry,
    event: Event,
    now: datetime,
    by: str = "",
) -> None:
    """Let agents know what someone wrote, but not what his mail program answered by itself.

    by: the agent who wrote it down for him; else whoever wrote it is not told of it.
    """
    # What a program of an agent's answers to a notice would be news for another agent's program.
    hers = entry.third_party and entry.nature == Nature.MACHINE and office.agent(entry.author)
    if entry.nature != Nature.AUTO_REPLY and not hers:
        tell(session, office, ticket, entry, event, now, besides=by or entry.author)


def answer(
    session: Session,
    office: Office,
    agent: str,
    event: Event,
    now: datetime,
    *,
    entry: Entry | None = None,
    spool_id: int | None = None,
    detail: str = "",
) -> None:
    """Note for one agent what became of a mail of hers, or of one in her name.

    entry: where it is kept in a ticket; else spool_id. detail: what was wrong with it.
    """
    agent = canonical(agent)
    if not _is_reachable(office, agent):
        return
    ticket_id, entry_id = (entry.ticket_id, entry.id) if entry is not None else (None, None)
    _note(
        session,
        agent,
        event,
        now,
        ticket_id=ticket_id,
        entry_id=entry_id,
        spool_id=spool_id,
        detail=detail,
    )


def may_answer(session: Session, agent: str, event: Event, now: datetime) -> bool:
    """Say whether an agent may be written to once more of such mail; some an hour are enough."""
    since = now - timedelta(hours=1)
    written = select(func.count()).where(
        col(AgentNotice.agent) == canonical(agent),
        col(AgentNotice.event) == event,
        col(AgentNotice.at) > since,
    )
    return int(session.execute(written).scalar_one()) < _AN_HOUR[event]


def forget(session: Session, before: datetime) -> None:
    """Drop notices that are settled and older."""
    settled = col(AgentNotice.state).not_in((State.NEW, State.WAITING))
    session.execute(delete(AgentNotice).where(settled, col(AgentNotice.at) < before))


def _note(
    session: Session,
    agent: str,
    event: Event,
    now: datetime,
    *,
    ticket_id: int | None = None,
    entry_id: int | None = None,
    spool_id: int | None = None,
    detail: str = "",
) -> None:
    values = {
        "agent": agent,
        "event": event.value,
        "ticket_id": ticket_id,
        "entry_id": entry_id,
        "spool_id": spool_id,
        "detail": detail,
        "state": State.NEW.value,
        "at": now,
        "sent_at": None,
    }
    insert_once(session, AgentNotice, values)


def _concerned(session: Session, office: Office, ticket: Ticket, event: Event) -> Iterable[str]:
    """Return the addresses of those who are told: who works on it, else the department."""
    agents: Sequence[str] = office.department_of(ticket).agents
    if event is Event.HANDED_OVER:
        return agents
    assignee = ticket.assignee if ticket.assignee and office.agent(ticket.assignee) else None
    if event not in _AT_WORK:
        return [assignee] if assignee else agents
    wrote = select(col(Entry.author)).where(
        col(Entry.ticket_id) == ticket.id, col(Entry.kind).in_((EntryKind.REPLY, EntryKind.NOTE))
    )
    writers = [
        each
        for each in session.execute(wrote.distinct()).scalars()
        if office.agent(each) is not None
    ]
    at_work = [*([assignee] if assignee else []), *sorted(writers)]
    return at_work if event is Event.AGENT_REPLY or assignee else [*at_work, *agents]


def _is_reachable(office: Office, address: str) -> bool:
    """Say whether an agent can be written to; own addresses would go round in circles."""
    return (
        is_plain_address(address)
        and wire.is_writable(address)
        and not office.directory.is_own(address)
    )
