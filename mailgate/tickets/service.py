"""The one door to a ticket, for every channel: mail, command line, and what comes later.

Each function loads nothing and commits nothing: it is handed the session, the office, the ticket
and the time, stores what happened, moves the status, and puts mail in the outbox. What the
ticket's status does not allow raises lifecycle.MoveRefusedError and changes nothing.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session

from mailgate import hours
from mailgate.departments import Agent, Department
from mailgate.message.address import canonical
from mailgate.replies.compose import File
from mailgate.replies.templates import Event
from mailgate.tickets import confirming, correspondence, entries, lifecycle, notices, people
from mailgate.tickets.entries import Contribution
from mailgate.tickets.lifecycle import Status
from mailgate.tickets.model import Entry, EntryKind, LinkKind, Role, Ticket
from mailgate.tickets.office import Actor, ActorKind, Office


def open_ticket(
    session: Session,
    office: Office,
    department: Department,
    contribution: Contribution,
    received_at: datetime,
    now: datetime,
    by: str = "",
) -> tuple[Ticket, Entry]:
    """Open a ticket of the contribution's author with a department, and let its agents know.

    received_at: when it reached us. by: the address of an agent who opens it for him, and knows.
    """
    receipt = hours.receipt(received_at, department.calendar)
    requester = people.meet(session, contribution.author, now)
    unnumbered = Ticket(
        number=0,
        department=department.key,
        requester_id=requester.person_id,
        requester_address=contribution.author.address,
        requester_name=contribution.author.name,
        status=Status.OPEN,
        subject=contribution.subject,
        language=contribution.language or department.language,
        created_at=now,
        received_at=received_at,
        effective_received_at=receipt.effective_at,
        updated_at=now,
        thread_index=contribution.thread_index,
    )
    ticket = entries.add_ticket(session, unnumbered)
    # An address of ours in From is forged, or a loop; it never takes part in a ticket.
    if not office.directory.is_own(contribution.author.address):
        author = contribution.author.address
        people.join(session, _id(ticket), requester.person_id, author, Role.REQUESTER, now)
    spoken = entries.in_words(contribution, department.calendar.timezone, ticket.language)
    entry = entries.add_message(session, ticket, spoken, received_at, receipt.effective_at)
    entries.record_status(session, ticket, entry, None, now)
    notices.tell_of_words(session, office, ticket, entry, Event.NEW_TICKET, now, by)
    return ticket, entry


def follow_up(
    session: Session,
    office: Office,
    ticket: Ticket,
    contribution: Contribution,
    received_at: datetime,
    now: datetime,
    *,
    speaks: bool,
) -> Entry:
    """Add what someone sent to a ticket.

    speaks: it moves the status, reopens what was settled, and reaches the CC recipients; False
    for automatic mail and third parties, whose words change nothing.
    """
    department = office.department_of(ticket)
    receipt = hours.receipt(received_at, department.calendar)
    spoken = entries.in_words(contribution, department.calendar.timezone, ticket.language)
    entry = entries.add_message(session, ticket, spoken, received_at, receipt.effective_at)
    ticket.updated_at = now
    if contribution.language and speaks:
        ticket.language = contribution.language
    if contribution.thread_index and speaks:
        ticket.thread_index = contribution.thread_index
    if speaks:
        before = Status(ticket.status)
        after = lifecycle.after_customer(before, ticket.answered)
        ticket.reopened += lifecycle.is_settled(before)
        entries.set_status(session, ticket, entry, after, now)
        _return_to_active_agent(office, ticket)
        confirming.confirm(session, ticket, now)
        correspondence.tell_copied(session, office, ticket, entry, now)
    notices.tell_of_words(session, office, ticket, entry, Event.CUSTOMER_REPLY, now)
    return entry


def reply(
    session: Session,
    office: Office,
    ticket: Ticket,
    by: Actor,
    text: str,
    now: datetime,
    files: Sequence[File] = (),
) -> Entry:
    """Answer the requester and the CC recipients publicly, in the name of the department."""
    entry = entries.add_words(session, ticket, EntryKind.REPLY, by, text, now)
    entries.add_files(session, entry, files, now)
    ticket.updated_at = now
    ticket.answered = True
    if by.kind is ActorKind.AGENT and ticket.assignee is None:
        ticket.assignee = canonical(by.who.address)
    entries.set_status(session, ticket, entry, lifecycle.after_agent(Status(ticket.status)), now)
    correspondence.send(session, office, ticket, entry, Event.COMMENT, now, files=files)
    notices.tell(session, office, ticket, entry, Event.AGENT_REPLY, now, besides=by.who.address)
    return entry


def note(
    session: Session,
    office: Office,
    ticket: Ticket,
    by: Actor,
    text: str,
    now: datetime,
    files: Sequence[File] = (),
) -> Entry:
    """Add an internal note, which other agents are told of and no customer ever sees."""
    entry = entries.add_words(session, ticket, EntryKind.NOTE, by, text, now)
    entries.add_files(session, entry, files, now)
    ticket.updated_at = now
    notices.tell(session, office, ticket, entry, Event.NOTE, now, besides=by.who.address)
    return entry


def hold(
    session: Session, office: Office, ticket: Ticket, by: Actor, until: date, now: datetime
) -> Entry:
    """Put a ticket off to a date agreed with the customer, who is told it."""
    after = lifecycle.hold(Status(ticket.status))
    entry = entries.add_event(session, ticket, "hold", f"put on hold until {until}", now, by)
    entries.set_status(session, ticket, entry, after, now)
    ticket.hold_until, ticket.updated_at = until, now
    correspondence.send(session, office, ticket, entry, Event.HOLD, now)
    return entry


def resolve(
    session: Session, office: Office, ticket: Ticket, by: Actor, comment: str, now: datetime
) -> Entry:
    """Call a ticket solved; without the customer's reply it closes after the department's days."""
    after = lifecycle.resolve(Status(ticket.status))
    entry = entries.add_event(session, ticket, "resolved", comment or "resolved", now, by)
    entries.set_status(session, ticket, entry, after, now)
    department = office.department_of(ticket)
    if department.close_resolved_after:
        ticket.close_at = hours.business_days_after(
            now, department.close_resolved_after, department.calendar
        )
    ticket.updated_at = now
    correspondence.send(session, office, ticket, entry, Event.RESOLVED, now, comment=comment)
    return entry


def close(
    session: Session, office: Office, ticket: Ticket, by: Actor, comment: str, now: datetime
) -> Entry:
    """Close a ticket and tell its people."""
    after = lifecycle.close(Status(ticket.status))
    entry = entries.add_event(session, ticket, "closed", comment or "closed", now, by)
    entries.set_status(session, ticket, entry, after, now)
    ticket.updated_at = now
    correspondence.send(session, office, ticket, entry, Event.CLOSED, now, comment=comment)
    return entry


def reopen(session: Session, office: Office, ticket: Ticket, by: Actor, now: datetime) -> Entry:
    """Open a settled or held ticket again and tell its people."""
    before = Status(ticket.status)
    after = lifecycle.reopen(before)
    entry = entries.add_event(session, ticket, "reopened", "reopened", now, by)
    ticket.reopened += lifecycle.is_settled(before)
    entries.set_status(session, ticket, entry, after, now)
    ticket.updated_at = now
    _return_to_active_agent(office, ticket)
    correspondence.send(session, office, ticket, entry, Event.REOPENED, now)
    notices.tell(session, office, ticket, entry, Event.CAME_BACK, now, besides=by.who.address)
    return entry


def assign(
    session: Session, office: Office, ticket: Ticket, by: Actor, agent: Agent, now: datetime
) -> Entry:
    """Give a ticket to an agent, and let her know."""
    ticket.assignee, ticket.updated_at = canonical(agent.address), now
    text = f"assigned to {agent.name or agent.address}"
    entry = entries.add_event(session, ticket, "assigned", text, now, by)
    notices.tell(session, office, ticket, entry, Event.ASSIGNED, now, besides=by.who.address)
    return entry


def move(
    session: Session, office: Office, ticket: Ticket, by: Actor, to: Department, now: datetime
) -> Entry:
    """Move a ticket to another department and tell its people; its agent stays behind."""
    if ticket.department == to.key:
        raise lifecycle.MoveRefusedError(f"the ticket is with {to.key} already")
    before, ticket.department = ticket.department, to.key
    ticket.assignee, ticket.updated_at = None, now
    entry = entries.add_event(session, ticket, "moved", f"moved from {before} to {to.key}", now, by)
    correspondence.send(session, office, ticket, entry, Event.MOVED, now)
    notices.tell(session, office, ticket, entry, Event.HANDED_OVER, now, besides=by.who.address)
    return entry


def end_hold(session: Session, office: Office, ticket: Ticket, now: datetime) -> Entry:
    """Open a ticket whose hold has ended, and let its agents know."""
    entry = entries.add_event(
        session, ticket, "hold-ended", f"the hold until {ticket.hold_until} has ended", now
    )
    entries.set_status(session, ticket, entry, Status.OPEN, now)
    ticket.updated_at = now
    notices.tell(session, office, ticket, entry, Event.HOLD_ENDED, now)
    return entry


def close_resolved(session: Session, office: Office, ticket: Ticket, now: datetime) -> Entry:
    """Close a resolved ticket that nobody answered in time, and tell its people."""
    entry = entries.add_event(session, ticket, "closed", "closed: resolved, and no reply", now)
    entries.set_status(session, ticket, entry, Status.CLOSED, now)
    ticket.updated_at = now
    correspondence.send(session, office, ticket, entry, Event.CLOSED, now)
    return entry


def mail_failed(
    session: Session,
    office: Office,
    ticket: Ticket,
    now: datetime,
    text: str,
    *,
    recipient: str,
    was_answer: bool,
    because: str = "",
) -> Entry:
    """Write down that a mail of ours did not arrive, and let agents know.

    recipient: "" where the report names none. was_answer: an agent's answer; then the customer
    has not been answered, and the ticket is open again. because: what agents are told, where that
    is less than the text. Where it was a mail to an agent, nobody is told: that mail would fail
    as well, and so on for ever.
    """
    entry = entries.add_event(session, ticket, "undelivered", text, now)
    if was_answer:
        ticket.reopened += lifecycle.is_settled(Status(ticket.status))
        entries.set_status(session, ticket, entry, Status.OPEN, now)
    ticket.updated_at = now
    if not office.agent(recipient):
        detail = f"{recipient}\n{because or text}"
        notices.tell(session, office, ticket, entry, Event.UNDELIVERED, now, detail=detail)
    return entry


def record(session: Session, ticket: Ticket, event: str, text: str, now: datetime) -> Entry:
    """Write a line into the history that changes nothing else."""
    return entries.add_event(session, ticket, event, text, now)


def link(session: Session, ticket: Ticket, other_id: int, kind: LinkKind) -> None:
    """Link two tickets that have to do with each other."""
    entries.link(session, ticket, other_id, kind)


def _return_to_active_agent(office: Office, ticket: Ticket) -> None:
    """Keep the assignee while she still is an agent; else the ticket goes to the department."""
    if ticket.assignee is not None and office.agent(ticket.assignee) is None:
        ticket.assignee = None


def _id(ticket: Ticket) -> int:
    if ticket.id is None:
        raise ValueError("the ticket is not stored yet; flush the session first")
    return ticket.id
