"""What agents change on a ticket beside its status: priority, copies, and merging two into one.

Works in the caller's transaction, like the service, and sends nothing.
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from mailgate.message.address import Address
from mailgate.tickets import entries, people
from mailgate.tickets.lifecycle import Status
from mailgate.tickets.model import Entry, KnownMessage, Role, Ticket
from mailgate.tickets.office import Actor


def prioritise(session: Session, ticket: Ticket, by: Actor, priority: str, now: datetime) -> Entry:
    """Set how urgent a ticket is."""
    before, ticket.priority, ticket.updated_at = ticket.priority, priority, now
    text = f"priority {priority}, before {before}"
    return entries.add_event(session, ticket, "priority", text, now, by)


def copy_to(session: Session, ticket: Ticket, by: Actor, who: Address, now: datetime) -> Entry:
    """Let somebody have copies of what is sent from now on."""
    person = people.meet(session, who, now)
    people.join(session, ticket.id or 0, person.person_id, who.address, Role.CC, now)
    ticket.updated_at = now
    return entries.add_event(session, ticket, "cc", f"{who.address} gets copies", now, by)


def may_merge(ticket: Ticket, into: Ticket) -> bool:
    """Say whether a ticket may become part of another: of the same requester, and not itself.

    Else the other's requester would read what was never his.
    """
    return ticket.id != into.id and ticket.requester_id == into.requester_id


def merge(session: Session, ticket: Ticket, into: Ticket, by: Actor, now: datetime) -> Entry:
    """Make a ticket part of another, with all that is in it; its number leads there from now on.

    Its people get copies of the other, of which they are shown nothing that came before.
    """
    for each in people.participants(session, ticket.id or 0):
        if each.role == Role.CC:
            role = Role.CC
            people.join(session, into.id or 0, each.person_id, each.address, role, now)
    told = entries.add_event(session, ticket, "merged", f"merged into {into.number}", now, by)
    entries.set_status(session, ticket, told, Status.CLOSED, now)
    ticket.merged_into, ticket.updated_at, into.updated_at = into.id, now, now
    session.flush()
    # A mail that opened both tickets is in the other one already.
    there = select(col(Entry.spool_id)).where(
        col(Entry.ticket_id) == into.id, col(Entry.spool_id).is_not(None)
    )
    moved = (col(Entry.ticket_id) == ticket.id) & (
        col(Entry.spool_id).is_(None) | col(Entry.spool_id).not_in(there)
    )
    session.execute(update(Entry).where(moved).values(ticket_id=into.id))
    known = update(KnownMessage).where(col(KnownMessage.ticket_id) == ticket.id)
    session.execute(known.values(ticket_id=into.id))
    text = f"ticket {ticket.number} became part of this one"
    return entries.add_event(session, into, "merged", text, now, by)
